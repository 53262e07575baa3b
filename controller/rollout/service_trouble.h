// Why Windlass does not write to a Service that a Rollout names: the reason of the condition
// ServicesSynced, and what a user can do (RO-183, RO-184).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "controller/rollout/service_facts.h"
#include "controller/rollout/service_target.h"
#include "controller/workload/situation.h"

namespace windlass::rollout {

// What gives Windlass its right to Services.
inline constexpr std::string_view kServicesComponent = "deploy/overlays/rollout-services";

struct ServiceTrouble {
  std::string_view reason;
  std::string message;
};

// Returns what keeps Windlass from making the Service select the Pods of `target`, which may be
// null; nullopt if nothing does.
std::optional<ServiceTrouble> TroubleWith(const workload::Situation& situation,
                                          const NamedService& named, ServiceRole role,
                                          const ReplicaSet* target);

// Returns the trouble that another client takes away again and again what Windlass writes, while
// Windlass goes on writing it; nullopt if there is no such loss.
std::optional<ServiceTrouble> LossOf(const workload::Situation& situation,
                                     const NamedService& named);

// Returns the trouble that the API server refused to change the Service in this sync, with the
// words of its first refusal of that kind; nullopt if it refused nothing. `named.service` is not
// null.
std::optional<ServiceTrouble> RefusalOf(const workload::Situation& situation,
                                        const NamedService& named);

// Returns the trouble that the API server accepted the last change of the Service and did not keep
// it; nullopt if it kept the change. Call this only if the Service is not as it should be.
std::optional<ServiceTrouble> NotKept(const NamedService& named);

// Returns the error of the last write of this sync to the Service; null if no write failed. After a
// failure the sync makes no other write to it. `situation` owns the error.
const Error* FailedWrite(const workload::Situation& situation, const Service& service);

// Returns true if another client changed the Service just when this sync wrote to it (409).
bool WasInConflict(const workload::Situation& situation, const Service& service);

// Returns the trouble that Windlass may not read Services.
ServiceTrouble Forbidden(const ServiceFacts& facts);

}  // namespace windlass::rollout
