// The CustomResourceDefinition that this program needs for a kind, as a value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kubeclient/api/resource_id.h"

namespace windlass::kind {

// The annotation of a CustomResourceDefinition that holds its revision.
inline constexpr std::string_view kCrdRevisionKey = "windlass.dev/crd-revision";

struct NeededCrd {
  // The resource that the CustomResourceDefinition makes. Its member `manifest` names the file of
  // the CustomResourceDefinition.
  ResourceId resource;
  // The lowest revision that will do. Raise the number here and in the manifest together, whenever
  // the program begins to read or write a field that the last release lacks.
  int64_t revision;
  // The manifest that grants the right to read the CustomResourceDefinition.
  std::string_view rights;
};

// Returns the name of the CustomResourceDefinition: "rollouts.windlass.dev".
inline std::string NameOf(const NeededCrd& crd) {
  return std::string(crd.resource.plural) + "." + std::string(crd.resource.group);
}

// Returns the command that installs a CustomResourceDefinition, or brings it up to date:
// "kubectl apply --server-side -f crds/windlass.dev_rollouts.yaml".
inline std::string ApplyCommand(const ResourceId& resource) {
  return "kubectl apply --server-side -f " + std::string(resource.manifest);
}

// Returns what is wrong with a CustomResourceDefinition of the lower revision `installed`, and the
// command that helps: "has revision 1, and this version of Windlass needs 2: kubectl apply …".
inline std::string OlderText(const NeededCrd& crd, int64_t installed) {
  return "has revision " + std::to_string(installed) + ", and this version of Windlass needs " +
         std::to_string(crd.revision) + ": " + ApplyCommand(crd.resource);
}

}  // namespace windlass::kind
