// The main function of a Windlass that runs the toy controller beside the Deployment controller.
#include "cmd/windlass/run.h"
#include "controller/deployment/deployment_controller.h"
#include "test/toy/toy_controller.h"

int main(int argc, char** argv) {
  return windlass::Run(argc, argv,
                       {windlass::DeploymentControllerEntry(), windlass::ToyControllerEntry()});
}
