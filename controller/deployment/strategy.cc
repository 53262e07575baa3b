#include "controller/deployment/strategy.h"

#include <string>
#include <utility>

#include "controller/deployment/fenceposts.h"

namespace windlass::deployment {

std::optional<Step> RefuseStrategy(const Deployment& deployment) {
  const Symbol& type = deployment.spec.strategy_type;
  if (type == "Recreate") return std::nullopt;
  std::string message;
  if (!(type == "RollingUpdate")) {
    message = "unexpected deployment strategy type: " + std::string(type.text()) +
              ": set spec.strategy.type to RollingUpdate or Recreate";
  } else if (const Result<Fenceposts> limits = ResolveFenceposts(deployment.spec); !limits.ok()) {
    message = limits.error().message;
  } else {
    return std::nullopt;
  }
  return Failed{.error = {ErrorKind::kInvalid, std::move(message)}, .retry = Retry::kOnSpecChange};
}

}  // namespace windlass::deployment
