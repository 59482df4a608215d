/*
 * Build-time program: Lua files, compiled, as a C table of them (struct vmsg_embedded). A run
 * starts several Lua states, and reading source would be most of what that costs. Line numbers
 * stay, for messages. Usage: vmsg_embed_lua OUT SYMBOL ROOT CHUNK_PREFIX FILE...
 */
#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct output {
    FILE *out;
    size_t length;
};

static int write_bytes(lua_State *L, const void *bytes, size_t n, void *arg)
{
    struct output *o = arg;

    for (size_t i = 0; i < n; i++)
        fprintf(o->out, "%u,%s", ((const unsigned char *)bytes)[i], ++o->length % 24 ? "" : "\n");
    return 0;
}

/* The path below the root, as it is called in the table and, behind the prefix, in errors. */
static const char *name_below(const char *path, const char *root)
{
    size_t n = strlen(root);

    return strncmp(path, root, n) == 0 && path[n] == '/' ? path + n + 1 : path;
}

static char *read_all(const char *path, size_t *length)
{
    FILE *in = fopen(path, "rb");
    char *text = NULL;
    size_t size;
    FILE *memory = open_memstream(&text, &size);
    int c;

    while (in && memory && (c = getc(in)) != EOF)
        putc(c, memory);
    if (memory)
        fclose(memory);
    if (!in || !memory || ferror(in)) {
        perror(path);
        return NULL;
    }
    fclose(in);
    *length = size;
    return text;
}

static int embed(lua_State *L, FILE *out, const char *path, const char *chunk, int number)
{
    struct output o = {.out = out};
    size_t length;
    char *text = read_all(path, &length);
    int status = text ? luaL_loadbufferx(L, text, length, chunk, "t") : LUA_ERRERR;

    free(text);
    if (status != LUA_OK) {
        if (text)
            fprintf(stderr, "%s\n", lua_tostring(L, -1));
        return 0;
    }
    fprintf(out, "static const unsigned char file_%d[] = {\n", number);
    lua_dump(L, write_bytes, &o, 0);
    fprintf(out, "0};\n");
    lua_pop(L, 1);
    return 1;
}

int main(int argc, char **argv)
{
    lua_State *L = luaL_newstate();
    FILE *out = argc > 4 && L ? fopen(argv[1], "w") : NULL;
    char chunk[256];
    int i;

    if (!out) {
        fprintf(stderr, "usage: vmsg_embed_lua OUT SYMBOL ROOT CHUNK_PREFIX FILE...\n");
        return 2;
    }
    fprintf(out, "#include \"harness/embed.h\"\n");
    for (i = 5; i < argc; i++) {
        snprintf(chunk, sizeof chunk, "%s%s", argv[4], name_below(argv[i], argv[3]));
        if (!embed(L, out, argv[i], chunk, i))
            return 1;
    }
    fprintf(out, "const struct vmsg_embedded %s[] = {\n", argv[2]);
    for (i = 5; i < argc; i++)
        fprintf(out, "    {\"%s\", (const char *)file_%d, sizeof file_%d - 1},\n",
                name_below(argv[i], argv[3]), i, i);
    fprintf(out, "    {0, 0, 0},\n};\n");
    lua_close(L);
    return fclose(out) == 0 ? 0 : 1;
}
