# vmsg_static(PREFIX): what pkg_check_modules(PREFIX ... IMPORTED_TARGET) found, as an archive where
# one is installed beside the shared library. A SUT that is this program is started once a scenario,
# and loading shared libraries would be most of that.
function(vmsg_static prefix)
  list(GET ${prefix}_LIBRARIES 0 name)
  get_filename_component(folder "${pkgcfg_lib_${prefix}_${name}}" DIRECTORY)
  find_library(VMSGSPEC_${prefix}_ARCHIVE lib${name}.a HINTS ${folder})
  if(VMSGSPEC_${prefix}_ARCHIVE)
    set(libraries ${${prefix}_STATIC_LIBRARIES})
    list(REMOVE_ITEM libraries ${name})
    set_target_properties(PkgConfig::${prefix} PROPERTIES
      INTERFACE_LINK_LIBRARIES "${VMSGSPEC_${prefix}_ARCHIVE};${libraries}")
  endif()
endfunction()
