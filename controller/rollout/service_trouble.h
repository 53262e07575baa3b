// What is wrong with a Service that a Rollout names. The condition ServicesSynced gets a reason,
// and a message that says what a user can do (RO-183, RO-184).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "controller/rollout/service_facts.h"
#include "controller/rollout/service_target.h"
#include "controller/workload/situation.h"

namespace windlass::rollout {

// The manifests that give Windlass the right to Services.
inline constexpr std::string_view kServicesComponent = "deploy/overlays/rollout-services";

struct ServiceTrouble {
  std::string_view reason;
  std::string message;
};

// Returns what keeps Windlass from making the Service select the Pods of `target`; nullopt if there
// is no obstacle. `target` is null if the Service is to stay as it is.
std::optional<ServiceTrouble> TroubleWith(const workload::Situation& situation,
                                          const NamedService& named, ServiceRole role,
                                          const ReplicaSet* target);

// Returns the trouble that Windlass cannot read the latest version of the Service, and so leaves it
// alone; nullopt if Windlass can read it.
std::optional<ServiceTrouble> Unreadable(const NamedService& named);

// If another client keeps removing what Windlass writes to the Service, returns the trouble that
// says so; otherwise nullopt. This trouble does not stop Windlass from writing to the Service.
std::optional<ServiceTrouble> LossOf(const workload::Situation& situation,
                                     const NamedService& named);

// If the API server refused to change the Service in this sync, returns the trouble that says so;
// otherwise nullopt. The trouble quotes the first of the refusals with the same ErrorKind
// (NamedService::first_refusal), because the words of later ones may differ. `named.service` must
// not be null.
std::optional<ServiceTrouble> RefusalOf(const workload::Situation& situation,
                                        const NamedService& named);

// If the API server accepted the last change of the Service but did not keep it, returns the
// trouble that says so; otherwise nullopt. Call this only if the Service is not as it should be.
std::optional<ServiceTrouble> NotKept(const NamedService& named);

// Returns the error of the write to the Service that failed in this sync; null if no such write
// failed. After a failure, the sync does not write to the Service again. The error belongs to
// `situation.learned`.
const Error* FailedWrite(const workload::Situation& situation, const Service& service);

// Returns true if this sync's write to the Service failed because another client had just changed
// the Service (409).
bool WasInConflict(const workload::Situation& situation, const Service& service);

// Returns the trouble that Windlass is not allowed to read Services.
ServiceTrouble Forbidden(const ServiceFacts& facts);

}  // namespace windlass::rollout
