// The resources that the modelled API server serves, and how each behaves.
//
// The model has its own table, independent of kubeclient/api: otherwise a mistake in one would hide
// in the other. The table lacks kinds that only a test has; ServeCustom (custom_resource.h) adds
// one of these from its CRD.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/request.h"

namespace windlass::sim {

struct ApiResource {
  ResourceId resource;
  std::string_view group;  // "" for core
  std::string_view version;
  std::string_view plural;
  std::string_view kind;
  bool namespaced = true;
  bool has_status = false;            // serves /status, and the main endpoint ignores status
  bool has_generation = false;        // metadata.generation counts changes of spec
  bool annotations_generate = false;  // …and changes of annotations (D-702)
  bool unconditional_update = true;   // an update without resourceVersion is allowed
  bool created_by_update = false;     // a PUT to a name that does not exist creates the object
  bool orphans_dependents = false;    // a DELETE without a propagation policy orphans them
  bool custom = false;                // a CRD describes it (crd_schema.h), no Go type

  std::string GroupVersion() const;     // "apps/v1", "v1"
  std::string QualifiedPlural() const;  // the form in error texts: "deployments.apps", "pods"
  std::string QualifiedKind() const;    // "Deployment.apps", "Pod"
};

// Serves one more resource in every world from now on. It must not be served yet. The texts must
// stay valid until the program ends.
void AddResource(const ApiResource& resource);
// Returns the resources of AddResource, in the order in which they were added.
std::vector<ResourceId> AddedResources();

const ApiResource& DescribeResource(const ResourceId& resource);

// Finds a resource by group, version and plural. Returns nullptr if it is not served.
const ApiResource* FindResource(std::string_view group, std::string_view version,
                                std::string_view plural);
// Finds a resource by apiVersion and kind, as owner references name it.
const ApiResource* FindKind(std::string_view api_version, std::string_view kind);
// Returns true if a custom resource of this group is served.
bool IsCustomGroup(std::string_view group);

}  // namespace windlass::sim
