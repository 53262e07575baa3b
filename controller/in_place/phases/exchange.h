// The commit of a rollout in place. When every Pod of the host ReplicaSet runs the new template,
// and no step or partition is in force, host and pending ReplicaSet exchange their templates and
// everything that belongs to a template. Source: P-052…P-058.
//
// The exchange is three writes:
//   X1  The pending ReplicaSet gets the host's template and revision. The same write puts the
//       pending ReplicaSet's own template and revision into its annotation
//       internal.windlass.dev/exchange: the stash.
//   X2  The host gets what is in the stash.
//   X3  The stash is removed.
//
// These belong to a template, and both ReplicaSets exchange them:
//   - the labels of the ReplicaSet: it gets those of the template, and loses all others
//   - the revision annotations
//   - annotations that came from the workload with the template, such as change-cause
//   - the annotation that says which template was asked for (kRequestedTemplate)
//   - the notes that the template was complete, or served last (workload/revisions/proven.h)
// These stay with their ReplicaSet:
//   - name, selector, hash label and size
//   - notes about the object itself (IsInternal)
//   - user keys, which are mirrored onto every ReplicaSet
//
// The stash:
//
//   {"self":"<uid>","host":"<uid>","revision":"6","history":"3","annotations":{"key":"value"},
//    "gone":["key"],"template":{…}}
//
// A copy of a ReplicaSet has a copy of its annotations. A stash therefore names two ReplicaSets: it
// counts only in the annotation of `self`, and only for an exchange with `host` (P-055). An
// unreadable stash counts as absent.
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

// The largest template that travels in an annotation while two ReplicaSets exchange their templates
// (P-053): half of kAnnotationBytesMax. The other half is left for the other annotations.
inline constexpr size_t kStashTemplateBytesMax = size_t{128} << 10U;

inline constexpr std::string_view kExchange = "internal.windlass.dev/exchange";

// What X2 gives to the host: what the pending ReplicaSet had before X1.
struct Stash {
  std::string template_json{};  // with the hash label of the pending ReplicaSet
  Fingerprint fingerprint{};    // of template_json
  std::string revision{};
  std::string history{};                             // empty: there was none
  std::map<std::string, std::string> annotations{};  // those that differed from the host's
  std::vector<std::string> gone{};  // keys of annotations that the host had, and pending had not
  bool operator==(const Stash&) const = default;
};

// Returns true if `rs` has a stash, even one that cannot be read or does not count.
bool HasStash(const ReplicaSet& rs);

std::optional<Stash> StashOf(const ReplicaSet& pending, const ReplicaSet& host);

// Returns the ReplicaSet among `all` for which `pending` has a stash; nullptr if there is none.
const ReplicaSet* HostOfStash(const ReplicaSet& pending, std::span<const ReplicaSet* const> all);

// Returns true if X2 is done: the host has the template or the revision of the stash. X2 writes
// both together, so one of the two is enough. After an upgrade the API server may show more fields
// in the host's template, which then looks different from the stash although X2 is done.
bool HasTaken(const ReplicaSet& host, const Stash& stash);

// Returns true if the template is short enough for a stash: a longer template would leave too
// little room for other annotations.
bool FitsStash(const std::string& template_json);

// Returns true if the template is short enough, and a ReplicaSet with `annotations` would also have
// room for the stash of an exchange with `host`. This is an estimate, for a ReplicaSet that may
// not exist yet; BeginExchange counts the bytes.
bool FitsStash(const std::string& template_json,
               const std::map<std::string, std::string>& annotations, const ReplicaSet& host);

// Returns request X1. Error kMalformed if a template cannot be read or the pending ReplicaSet has
// no revision; kInvalid if the annotations of `pending` would be longer than the API server allows.
Result<Request> BeginExchange(const ReplicaSet& host, const std::string& host_template,
                              const ReplicaSet& pending, const std::string& pending_template);

// Returns request X2. Error kMalformed if the stash's template cannot be read.
Result<Request> FinishExchange(const ReplicaSet& host, const Stash& stash);

// Returns request X3, which also removes all notes about the rollout that has ended: mode,
// stand-ins, block, refusals, own generation.
Request ForgetExchange(const ReplicaSet& pending);

// Returns true if X3 has something to remove.
bool HasNotes(const ReplicaSet& rs);
// Returns true if one of `all` has notes.
bool AnyHasNotes(std::span<const ReplicaSet* const> all);

// Returns true if Pods of `rs` may have been updated in place: `rs` has a note, or the settings
// last mirrored from its workload asked for updates in place.
bool Remembers(const ReplicaSet& rs);

}  // namespace windlass::in_place
