#include "test/unit/kubectl/error_row.h"

namespace windlass::cli {

Json OldController() {
  Json old = sim::SampleReplicationController("old", 2, "app:v1");
  old["spec"]["selector"]["deployment"] = "v1";
  old["spec"]["template"]["metadata"]["labels"]["deployment"] = "v1";
  return old;
}

std::vector<ErrorSection> AllErrors() {
  return {CommandLineErrors(),   ObjectErrors(),        ConnectionErrors(),
          AnswerErrors(),        StatusErrors(),        RolloutErrors(),
          RollingUpdateErrors(), RefusedUpdateErrors(), StoppedUpdateErrors()};
}

}  // namespace windlass::cli
