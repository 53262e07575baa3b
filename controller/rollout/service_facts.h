// What is known of the Services that a Rollout names in spec.strategy.services, and the annotation
// that Windlass leaves on them:
//
//   windlass.dev/service-of  web/<uid>/7c9d
//     Windlass wrote 7c9d into spec.selector["pod-template-hash"], for the Rollout web of that uid.
//
// Even after a restart of Windlass, the annotation shows
//   - whether another client has changed the selector that Windlass wrote
//   - for which Rollout Windlass writes the Service, if two Rollouts name it
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/api/rollout.h"
#include "controller/rollout/service_patch.h"
#include "kubeclient/api/decode.h"
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

// Returns the content of the annotation kServiceOf of `service`; nullopt if the annotation is
// absent, or cannot be read.
std::optional<ServiceNote> NoteOf(const Service& service);
std::string NoteText(const ObjectMeta& rollout, std::string_view hash);

// Returns the pod-template-hash that the Service selects; nullopt if its selector lacks this key.
std::optional<std::string_view> HashOf(const Service& service);

// What the API server said when it first refused to change a Service. The words of later refusals
// may differ, for example in the id of the request.
struct FirstRefusal {
  ErrorKind kind{};
  std::string words;
};

// A Service that the Rollout names now or named before. Borrows from the stores and from
// ServiceWatch.
struct NamedService {
  std::string_view name{};  // "": no Service is named
  // Null if there is no such Service, or if Windlass could never read it (`unreadable`).
  const Service* service = nullptr;
  // Set if Windlass cannot read the latest version of the Service. `service` is then null
  // or out of date, so Windlass does not write to the Service.
  const UnreadableObject* unreadable = nullptr;
  // The name of another Rollout that also names the Service, if Windlass writes the Service for
  // that other Rollout; otherwise "".
  std::string_view other_rollout{};
  // Windlass does not write to the Service before this time. Set in two cases:
  //   - the API server accepted the last write but did not keep it
  //   - another client removed the key or annotation of Windlass, and did so again within 30
  //     seconds
  std::optional<WallTime> not_before{};
  // Set if another client removed the key or annotation of Windlass, and did so again within an
  // hour. The condition ServicesSynced reports the removals until this time.
  std::optional<WallTime> told_until{};
  // The last write to the Service that the API server accepted but did not keep. Null if there was
  // none, if a later write was kept, or if the Service shows the write now.
  const ServicePatch* not_kept = nullptr;
  // Windlass does not write to the Service before this time. Set if the last write ended its sync,
  // usually because the API server was in trouble. Another write might fail in the same way, and
  // would then end the sync before the rollout goes on.
  std::optional<WallTime> failed_until{};
  // The API server's first refusal to change the Service. A refusal with another kind of error
  // replaces it. Null if the API server has accepted a write since, or has refused none.
  const FirstRefusal* first_refusal = nullptr;
  // How many writes to the Service in a row failed because another client had changed it (409).
  int conflicts = 0;
};

enum class ServicesKnown : uint8_t {
  // Windlass neither writes to Services nor reports on them, because spec.strategy.services has an
  // error, or because ServiceFacts::wanted is false.
  kIgnored,
  kLoading,    // the first list of Services has not arrived yet
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
  // The next three members are set in full only if `known` is kYes. If `known` is kIgnored, they
  // are empty. For the other values, only the names of `stable` and `canary` are set.
  NamedService stable{};
  NamedService canary{};
  // Services with the annotation of this Rollout that the Rollout no longer names.
  std::vector<NamedService> left{};
};

// Returns why spec.strategy.services cannot be carried out; "" if it can (RO-180).
std::string ServicesError(const RolloutStrategy& strategy);

// Returns true if the Rollout names the Service.
bool NamesService(const Rollout& rollout, std::string_view service);

}  // namespace windlass::rollout
