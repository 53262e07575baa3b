// What is known of the Services that a Rollout names in spec.strategy.services, and the annotation
// that Windlass leaves on them:
//
//   windlass.dev/service-of  web/<uid>/7c9d
//     Windlass wrote 7c9d into spec.selector["pod-template-hash"], for the Rollout web of that uid.
//
// So Windlass can tell a selector that another client changed from one that it wrote, even in
// another process. And a Service that two Rollouts name is written for one of them only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/rollout/service_patch.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/rollout.h"
#include "kubeclient/api/service.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/result.h"

namespace windlass::rollout {

// Borrowed from the Service.
struct ServiceNote {
  std::string_view rollout;  // its name
  Uid uid;                   // of the Rollout
  std::string_view hash;     // that Windlass wrote last
};

// Returns nullopt if there is no annotation, or if Windlass did not write it.
std::optional<ServiceNote> NoteOf(const Service& service);
std::string NoteText(const ObjectMeta& rollout, std::string_view hash);

// Returns the pod-template-hash that the Service selects; nullopt if it selects none.
std::optional<std::string_view> HashOf(const Service& service);

// What the API server said when it first refused to change a Service. Its words may differ each
// time, for example in the id of a request.
struct FirstRefusal {
  ErrorKind kind{};
  std::string words;
};

// One Service that the Rollout names. Borrowed.
struct NamedService {
  std::string_view name{};           // "": none is named
  const Service* service = nullptr;  // null if there is no such Service
  std::string_view other_rollout{};  // another Rollout that names it and owns its key; else ""
  // Windlass does not write to the Service before this time. The API server did not keep the last
  // write, or another client twice took away what Windlass wrote, within a short time.
  std::optional<WallTime> not_before{};
  // Another client twice took away what Windlass wrote, within a longer time. The condition
  // ServicesSynced says so until this time.
  std::optional<WallTime> told_until{};
  // The last write to the Service that the API server accepted and did not keep; null if the API
  // server kept the last write, or the Service shows it now.
  const ServicePatch* not_kept = nullptr;
  // The API server was in trouble over the last write to the Service. Another write would end the
  // sync, too, so Windlass makes none before this time.
  std::optional<WallTime> failed_until{};
  // Null if no write to the Service was refused since one was accepted.
  const FirstRefusal* first_refusal = nullptr;
  // How many writes to the Service in a row met a change by another client (409).
  int conflicts = 0;
};

enum class ServicesKnown : uint8_t {
  kIgnored,    // the strategy is refused because of them: nothing is written or told
  kLoading,    // the first list is on its way
  kForbidden,  // the right to list or watch them is missing
  kFailed,     // they cannot be read for another reason
  kYes,
};

struct ServiceFacts {
  // True if the Rollout names a Service, or if its status or a Service shows that it did.
  bool wanted = false;
  ServicesKnown known = ServicesKnown::kIgnored;
  std::string trouble{};  // why they cannot be read; else ""
  // Set only if `known` is kYes. The names are set unless `known` is kIgnored.
  NamedService stable{};
  NamedService canary{};
  std::vector<NamedService> left{};  // written for this Rollout, which names them no more
};

// Returns why spec.strategy.services cannot be carried out; "" if it can (RO-180).
std::string ServicesError(const RolloutStrategy& strategy);

// Returns true if the Rollout names the Service.
bool NamesService(const Rollout& rollout, std::string_view service);

}  // namespace windlass::rollout
