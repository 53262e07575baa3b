// Small valid objects for tests and contract cases.
#pragma once

#include <string>

#include "test/sim/object.h"

namespace windlass::sim {

inline constexpr const char* kSampleImage = "registry.example/web:1";

Json SampleTemplate(const std::string& app, const std::string& image = kSampleImage);
// Selector and template label app=<name>.
Json SampleDeployment(const std::string& name, int replicas = 1,
                      const std::string& image = kSampleImage);
Json SampleRollout(const std::string& name, int replicas = 1,
                   const std::string& image = kSampleImage);
Json SampleReplicaSet(const std::string& name, int replicas = 1,
                      const std::string& image = kSampleImage);
// Its selector and its own labels are app=<name>, too.
Json SampleReplicationController(const std::string& name, int replicas = 1,
                                 const std::string& image = kSampleImage);
Json SamplePod(const std::string& name, const std::string& app);
Json SampleLease(const std::string& name, const std::string& holder);
Json SampleEvent(const std::string& name, const std::string& namespace_);
Json SampleNamespace(const std::string& name);

// ownerReferences with `owner` as the controller.
Json ControlledBy(const Json& owner, bool block_owner_deletion = true);

}  // namespace windlass::sim
