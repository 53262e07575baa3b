// The main function of the kubectl plugin `kubectl windlass`.
#include "cmd/kubectl-windlass/run.h"

int main(int argc, char** argv) { return windlass::cli::Run(argc, argv); }
