// main: the list of controllers that Windlass runs.
#include "cmd/windlass/run.h"
#include "controller/deployment/deployment_controller.h"

int main(int argc, char** argv) {
  return windlass::Run(argc, argv, {windlass::DeploymentControllerEntry()});
}
