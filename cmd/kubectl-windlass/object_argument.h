// The arguments that name objects, in one grammar for all commands:
//
//   web api                  objects web and api; FindNamed searches all kinds for the names
//   deployment/web           Deployment web; also deployments, deploy, deployment.apps
//   rollout/web rollout/api  two Rollouts; also rollouts, wro, rollouts.windlass.dev
//   rollout web api          the same two Rollouts
//   rc/old                   a ReplicationController; also replicationcontroller(s)
#pragma once

#include <string>
#include <vector>

#include "kubeclient/api/resource_id.h"
#include "kubeclient/base/result.h"

namespace windlass::cli {

struct ObjectArgument {
  ResourceId resource{};
  std::string name;   // empty: all objects of the resource
  bool bare = false;  // the user gave no type, so `resource` is empty, and FindNamed looks it up
  bool operator==(const ObjectArgument&) const = default;
};

// Returns the objects that `arguments` name. If `arguments` is only a type, such as "rollout",
// returns one element of that type with an empty name. If an argument is wrong, returns kConfig
// with a text that says what to write instead.
Result<std::vector<ObjectArgument>> ParseObjectArguments(const std::vector<std::string>& arguments);

}  // namespace windlass::cli
