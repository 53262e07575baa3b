// What is known of the Services that a Rollout names in spec.strategy.services, and the annotation
// that Windlass leaves on them:
//
//   windlass.dev/service-of  web/<uid>/7c9d
//     Windlass wrote 7c9d into spec.selector["pod-template-hash"], for the Rollout web of that uid.
//
// The annotation shows, even after a restart, whether another client has changed the selector that
// Windlass wrote. If two Rollouts name a Service, the annotation also shows for which of them
// Windlass writes to the Service.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/api/rollout.h"
#include "controller/rollout/service_patch.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/service.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/result.h"

namespace windlass::rollout {

// The content of the annotation. Borrowed from the Service.
struct ServiceNote {
  std::string_view rollout;  // the name of the Rollout
  Uid uid;                   // of the Rollout
  std::string_view hash;     // the pod-template-hash that Windlass wrote last
};

// Returns the annotation of `service`; nullopt if it is absent, or is not of the form above.
std::optional<ServiceNote> NoteOf(const Service& service);
std::string NoteText(const ObjectMeta& rollout, std::string_view hash);

// Returns the pod-template-hash that the Service selects; nullopt if it selects none.
std::optional<std::string_view> HashOf(const Service& service);

// What the API server said when it first refused to change a Service. The words of later refusals
// may differ, for example in the id of the request.
struct FirstRefusal {
  ErrorKind kind{};
  std::string words;
};

// One Service that the Rollout names or named. Borrowed.
struct NamedService {
  std::string_view name{};           // "": no Service is named
  const Service* service = nullptr;  // null if there is no such Service
  // The other Rollout that names the Service too, and for which Windlass writes to it; "" if there
  // is none.
  std::string_view other_rollout{};
  // Windlass does not write to the Service before this time, because the API server did not keep
  // the last write, or because another client, twice within 30 seconds, took away what Windlass
  // wrote.
  std::optional<WallTime> not_before{};
  // Until this time, the condition ServicesSynced says that another client, twice within an hour,
  // took away what Windlass wrote.
  std::optional<WallTime> told_until{};
  // The last write to the Service that the API server accepted, if it did not keep that write; null
  // if it kept the write, or if the Service shows it now.
  const ServicePatch* not_kept = nullptr;
  // Windlass does not write to the Service before this time, because the API server was in trouble
  // at the last write, for example did not answer. Another such write would end the sync, too.
  std::optional<WallTime> failed_until{};
  // The first refusal since the API server last accepted a write to the Service, or refused one
  // with another kind of error; null if it refused none since it last accepted one.
  const FirstRefusal* first_refusal = nullptr;
  // How many writes to the Service in a row failed because another client had changed it (409).
  int conflicts = 0;
};

enum class ServicesKnown : uint8_t {
  // Nothing is written or reported: spec.strategy.services has an error, or ServiceFacts::wanted is
  // false.
  kIgnored,
  kLoading,    // the first list is on its way
  kForbidden,  // the right to list or watch Services is missing
  kFailed,     // Services cannot be read for another reason, or the first list takes too long
  kYes,
};

struct ServiceFacts {
  // True if the Rollout names a Service, or if its status or an annotation of a Service shows that
  // it named one before.
  bool wanted = false;
  ServicesKnown known = ServicesKnown::kIgnored;
  std::string trouble{};  // if `known` is kFailed: why Services cannot be read; else ""
  // The next three are set in full only if `known` is kYes. If `known` is kIgnored, they are empty;
  // otherwise, only the names of `stable` and `canary` are set.
  NamedService stable{};
  NamedService canary{};
  std::vector<NamedService> left{};  // written for this Rollout, which does not name them now
};

// Returns why spec.strategy.services cannot be carried out; "" if it can (RO-180).
std::string ServicesError(const RolloutStrategy& strategy);

// Returns true if the Rollout names the Service.
bool NamesService(const Rollout& rollout, std::string_view service);

}  // namespace windlass::rollout
