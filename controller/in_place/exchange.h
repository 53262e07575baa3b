// The commit of a rollout in place: when every Pod of the host ReplicaSet runs the new template,
// host and pending ReplicaSet exchange their templates and what belongs to them. Source:
// P-052…P-056.
//
//   X1  the pending one gets the host's template and revision, and in annotation
//       internal.windlass.dev/exchange what it had: the stash
//   X2  the host gets what is in the stash
//   X3  the stash goes
//
// What belongs to a template: the labels of the ReplicaSet, the revision annotations, and those
// that came from the Deployment with it, such as change-cause. Each keeps its name, selector, hash
// label, size, and what is said about itself (IsInternal). User keys stay as well: who mirrors them
// writes them to both.
//
//   {"self":"<uid>","host":"<uid>","revision":"6","history":"3","annotations":{"key":"value"},
//    "gone":["key"],"template":{…}}
//
// Whoever copies ReplicaSets copies their annotations: a stash is one only in the ReplicaSet and
// for the host that it names (P-055). What cannot be understood counts as absent.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/canonical.h"
#include "kubeclient/api/replica_set.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/result.h"

namespace windlass::in_place {

inline constexpr std::string_view kExchange = "internal.windlass.dev/exchange";

// What the host is to get.
struct Stash {
  std::string template_json{};  // as the pending ReplicaSet had it, hash label and all
  Fingerprint fingerprint{};    // of that
  std::string revision{};
  std::string history{};                             // empty: none
  std::map<std::string, std::string> annotations{};  // where the two differed
  std::vector<std::string> gone{};                   // those that only the host had
  bool operator==(const Stash&) const = default;
};

std::optional<Stash> StashOf(const ReplicaSet& pending, const ReplicaSet& host);

// The one of `all` that a stash in `pending` is for; nullptr when there is no such stash.
const ReplicaSet* HostOfStash(const ReplicaSet& pending, std::span<const ReplicaSet* const> all);

// X2 is done. An API server that was upgraded may show more in the host's template than there is in
// the stash; the revision that came with it in the same write is the stash's all the same.
bool HasTaken(const ReplicaSet& host, const Stash& stash);

// Whether a ReplicaSet of this template can take part: a larger one leaves no room for other
// annotations beside it.
bool FitsStash(const std::string& template_json);

// Whether, besides, one that has `annotations` can with this host. To be asked before there is one;
// BeginExchange knows to the byte.
bool FitsStash(const std::string& template_json,
               const std::map<std::string, std::string>& annotations, const ReplicaSet& host);

// X1. Error kMalformed when a template is no JSON object or the pending ReplicaSet has no revision,
// kInvalid when its annotations would be more than the server takes.
Result<Request> BeginExchange(const ReplicaSet& host, const std::string& host_template,
                              const ReplicaSet& pending, const std::string& pending_template);

// X2. Error kMalformed when the template is no JSON object.
Result<Request> FinishExchange(const ReplicaSet& host, const Stash& stash);

// X3, and all that was noted about a rollout that is over: mode, stand-ins, block, refusals,
// own generation.
Request ForgetExchange(const ReplicaSet& pending);

// There is something for X3 to take away.
bool HasNotes(const ReplicaSet& rs);

// By a note, or by what its Deployment asked for when that was mirrored last, it tells that Pods
// may have been updated in place.
bool Remembers(const ReplicaSet& rs);

}  // namespace windlass::in_place
