// The main function of a Windlass that runs the controller of Departures beside the Deployment
// controller. It knows no towers.
#include "cmd/windlass/run.h"
#include "controller/deployment/deployment_controller.h"
#include "test/departure/departure_controller.h"

int main(int argc, char** argv) {
  return windlass::Run(
      argc, argv, {windlass::DeploymentControllerEntry(), windlass::DepartureControllerEntry()});
}
