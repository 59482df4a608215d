# vmsg_layer(NAME [layers it may use...]): the library vmsg_NAME from every .c file of this folder
# and its subfolders, and a CMocka test program for every *_test.c among them. A new file needs no
# registration. A subfolder with a CMakeLists.txt of its own is a layer of its own.
function(vmsg_layer name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.c)
  file(GLOB own CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*/CMakeLists.txt)
  foreach(list ${own})
    get_filename_component(folder ${list} DIRECTORY)
    list(FILTER sources EXCLUDE REGEX "^${folder}/")
  endforeach()
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.c$")
  list(FILTER sources EXCLUDE REGEX "_(test|main)\\.c$")
  add_library(vmsg_${name} STATIC ${sources})
  target_include_directories(vmsg_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(vmsg_${name} PUBLIC ${ARGN})
  foreach(test ${tests})
    vmsg_unit_test(${test} vmsg_${name})
  endforeach()
endfunction()

# vmsg_hot(target [files...]): what every judged message runs through, or these files of it, in the
# programs that judge many: optimised harder, and, where vmsg_judges() asks for it, across files when
# the program is linked. Objects hold plain code too, so that no other program pays for that.
if(CMAKE_C_COMPILER_ID STREQUAL GNU AND NOT VMSGSPEC_SANITIZE AND NOT CMAKE_BUILD_TYPE STREQUAL Debug)
  set(vmsg_across_files ON)
  add_link_options(-fno-lto)
endif()
function(vmsg_hot target)
  if(vmsg_across_files AND ARGN)
    set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS "-O3;-flto;-ffat-lto-objects")
  elseif(vmsg_across_files)
    target_compile_options(${target} PRIVATE -O3 -flto -ffat-lto-objects)
  endif()
endfunction()
function(vmsg_judges target)
  if(vmsg_across_files)
    get_target_property(options ${target} LINK_OPTIONS)
    list(REMOVE_ITEM options -fno-lto) # it would win, wherever it stands
    set_target_properties(${target} PROPERTIES LINK_OPTIONS "${options};-flto=auto;-O3")
  endif()
endfunction()

# vmsg_unit_test(file_test.c libraries...): one CMocka program, label "unit".
function(vmsg_unit_test file)
  get_filename_component(stem ${file} NAME_WE)
  get_filename_component(folder ${file} DIRECTORY)
  get_filename_component(folder ${folder} NAME)
  set(target ${folder}_${stem})
  add_executable(${target} ${file})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${target} PRIVATE ${ARGN} PkgConfig::CMOCKA)
  add_test(NAME unit/${folder}/${stem} COMMAND ${target})
  set_tests_properties(unit/${folder}/${stem} PROPERTIES LABELS unit)
endfunction()

# vmsg_embed(target symbol files...): the files as a table of {name, bytes, length}; see
# harness/embed.h. Names are relative to this folder.
function(vmsg_embed target symbol)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.c)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DSYMBOL=${symbol} "-DFILES=${ARGN}"
            -DROOT=${CMAKE_CURRENT_SOURCE_DIR} -P ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${ARGN} ${PROJECT_SOURCE_DIR}/cmake/embed.cmake VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()

# vmsg_embed_lua(target symbol chunk files...): the same of Lua files, compiled. Messages call them
# `chunk` and their name.
add_executable(vmsg_embed_lua ${PROJECT_SOURCE_DIR}/harness/embed_lua.c)
target_link_libraries(vmsg_embed_lua PRIVATE PkgConfig::LUA)
function(vmsg_embed_lua target symbol chunk)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.c)
  add_custom_command(OUTPUT ${out}
    COMMAND vmsg_embed_lua ${out} ${symbol} ${CMAKE_CURRENT_SOURCE_DIR} ${chunk} ${ARGN}
    DEPENDS ${ARGN} vmsg_embed_lua VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()
