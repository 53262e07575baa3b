// errors_page FILE: prints the page FILE with the error texts of kubectl-windlass
// (tools/errors-page.sh).

// What brings the rows about uses Catch2, which has to be linked. Nothing of it runs here.
#define CATCH_CONFIG_RUNNER
#include "test/catch.h"
#include "test/docs/errors_page.h"

int main(int argc, char** argv) {
  return windlass::PrintPage(argc, argv, "errors",
                             windlass::ErrorTables(windlass::cli::AllErrors()));
}
