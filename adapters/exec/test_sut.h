/*
 * SUTs for the tests of exec:, well-behaved and not. A test program runs itself as one.
 */
#ifndef VMSG_TEST_SUT_H
#define VMSG_TEST_SUT_H

/* Be the SUT of that name until the harness closes the socket; returns the exit status. */
int test_sut_main(const char *mode);

#endif
