// The commit of a rollout in place. Once all Pods of the host ReplicaSet have the new template,
// host and pending ReplicaSet exchange their templates and everything that belongs to a template.
// BeginExchange in swap_templates.h has all conditions. Source: P-052…P-058.
//
// The exchange is three writes:
//   X1  The pending ReplicaSet gets the host's template and revision. The same write stores the
//       former template and revision of the pending ReplicaSet in an annotation of the pending
//       ReplicaSet, internal.windlass.dev/exchange. This annotation is the stash.
//   X2  The host gets the template and revision in the stash.
//   X3  The stash is removed.
//
// The ReplicaSets exchange everything that belongs to a template:
//   - the labels of the ReplicaSet itself: X1 and X2 replace all of them by the labels of the
//     template
//   - the revision annotations
//   - annotations that came from the workload with the template, such as change-cause
//   - the annotation that identifies the template as the user wrote it (kRequestedTemplate)
//   - the notes that this template was once rolled out completely, or had the Pods when the
//     workload was scaled to 0 (workload/revisions/proven.h)
// The following stay with their ReplicaSet:
//   - name, selector, hash label and size
//   - notes about the object itself (IsInternal)
//   - user keys (the settings of in-place updates), which are the same in all ReplicaSets of the
//     workload
//
// The stash:
//
//   {"self":"<uid>","host":"<uid>","revision":"6","history":"3","annotations":{"key":"value"},
//    "gone":["key"],"template":{…}}
//
// A user who copies a ReplicaSet also copies the stash. Windlass must ignore such a copy, so the
// stash names two ReplicaSets: it counts only on the ReplicaSet `self`, and only for an exchange
// with the ReplicaSet `host` (P-055). A stash that cannot be read counts as absent.
#pragma once

#include <cstddef>
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

// The largest template, in bytes, that Windlass stores in an annotation while two ReplicaSets
// exchange their templates (P-053): half of kAnnotationBytesMax. The other half is left for the
// other annotations. The bytes are those that the stash takes: JSON without spaces, in which each
// of the letters <, > and & is one byte. The API server returns each of them as six, such as
// \u003c.
inline constexpr size_t kStashTemplateBytesMax = size_t{128} << 10U;

inline constexpr std::string_view kExchange = "internal.windlass.dev/exchange";

// What X2, the second write of the exchange, gives to the host. Before X1, the first write, the
// pending ReplicaSet had these values.
struct Stash {
  std::string template_json{};  // with the hash label of the pending ReplicaSet
  Fingerprint fingerprint{};    // of template_json
  std::string revision{};
  std::string history{};                             // the revision history; empty: none
  std::map<std::string, std::string> annotations{};  // annotations that differed from the host's
  std::vector<std::string> gone{};  // annotation keys of the host that pending lacked
  bool operator==(const Stash&) const = default;
};

// Returns true if `rs` has the annotation kExchange, even if it cannot be read, was copied from
// another ReplicaSet, or names a host that is gone.
bool HasStash(const ReplicaSet& rs);

std::optional<Stash> StashOf(const ReplicaSet& pending, const ReplicaSet& host);

// Returns the ReplicaSet among `all` for which `pending` has a stash; nullptr if there is none.
const ReplicaSet* HostOfStash(const ReplicaSet& pending, std::span<const ReplicaSet* const> all);

// Returns true if X2, the second write of the exchange, is done: the host has the template or the
// revision of the stash. The revision alone is enough, because an upgraded API server may show more
// fields in the host's template.
bool HasTaken(const ReplicaSet& host, const Stash& stash);

// Returns why a ReplicaSet with `annotations` would have no room for the stash of an exchange with
// `host`: a sentence without its period, with the sizes, the limit and the remedy. Either the
// template has more than kStashTemplateBytesMax bytes, or all annotations have more than
// kAnnotationBytesMax. Returns nullopt if there is room. This is an estimate, because the
// ReplicaSet may not exist yet. BeginExchange counts the exact bytes.
std::optional<std::string> WhyNoStash(const std::string& template_json,
                                      const std::map<std::string, std::string>& annotations,
                                      const ReplicaSet& host);

// Returns X1, the first request of the exchange. Returns kMalformed if a template cannot be read,
// or if the pending ReplicaSet has no revision. Returns kInvalid if the annotations of `pending`,
// with the stash, would have more bytes than the API server allows.
Result<Request> BeginExchange(const ReplicaSet& host, const std::string& host_template,
                              const ReplicaSet& pending, const std::string& pending_template);

// Returns X2, the second request of the exchange. Returns kMalformed if the stash's template cannot
// be read.
Result<Request> FinishExchange(const ReplicaSet& host, const Stash& stash);

// Returns X3, the last request of the exchange. X3 removes the stash, and all other notes about the
// rollout that has ended: mode, stand-ins, blocked and own-generation (rollout_mode.h), refused
// (refusal_count.h).
Request ForgetExchange(const ReplicaSet& pending);

// Returns true if `rs` has one of the notes that ForgetExchange removes.
bool HasNotes(const ReplicaSet& rs);
// Returns true if HasNotes is true for one of `all`.
bool AnyHasNotes(std::span<const ReplicaSet* const> all);

// Returns true if Pods of `rs` may have been updated in place. This is so if `rs` has a note, or if
// the settings that were last copied from the workload to `rs` ask for updates in place.
bool Remembers(const ReplicaSet& rs);

}  // namespace windlass::in_place
