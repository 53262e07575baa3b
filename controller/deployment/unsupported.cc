#include "controller/deployment/unsupported.h"

#include <string>

namespace windlass::deployment {
namespace {

std::string Quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

// "Deployment "ns/web" is left alone: <why>. Remedy: <remedy>."
Event LeftAlone(const Deployment& deployment, const std::string& why, const std::string& remedy) {
  return {Event::Type::kWarning, "WindlassUnsupported",
          "Deployment " + Quoted(KeyOf(deployment.meta).ToString()) + " is left alone: " + why +
              ". Remedy: " + remedy + "."};
}

}  // namespace

std::optional<Event> WhyLeftAlone(const Situation& situation) {
  const Deployment& deployment = situation.deployment;
  if (deployment.spec.paused) {
    return LeftAlone(deployment, "spec.paused is true, and pausing is not supported yet",
                     "kubectl rollout resume");
  }
  return std::nullopt;
}

}  // namespace windlass::deployment
