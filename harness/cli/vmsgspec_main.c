/* The program. */
#include "adapters/lib/lib.h"
#include "harness/cli/cli.h"

#include <string.h>

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], VMSG_LIB_HOST_ARG))
        return vmsg_lib_host_main(argc, argv);
    return vmsg_cli_main(argc, argv);
}
