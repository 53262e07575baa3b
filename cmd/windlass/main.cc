// main: runs the controllers of controllers.cc.
#include "cmd/windlass/controllers.h"
#include "cmd/windlass/run.h"

int main(int argc, char** argv) { return windlass::Run(argc, argv, windlass::Controllers()); }
