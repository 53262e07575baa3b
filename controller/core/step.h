// The types of decisions. A controller sends no request itself: it looks at the cache and returns
// the next step.
//
//   Step Next(const View& view, const Learned& learned, WallTime now);
//
// Next is pure: no I/O, no clock, no globals. The runtime executes the step, puts the object of the
// reply into the cache, and appends the outcome to `learned`. It calls Next again, until Next
// returns Wait or Failed. No other state is kept between two steps. So a crash at any point equals
// a restart, and a table test can start from every intermediate state. Source: docs/design/002.
//
// After a refused write, the planner goes on with all decisions if the write has go_on_if_refused.
// Otherwise it only decides on the write of the status.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "controller/core/decision.h"
#include "controller/core/digest.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/result.h"

namespace windlass {

// Why a write is made, with the numbers it was based on. Becomes the log line of the write and, if
// the write succeeds, its metric.
struct Because {
  Decision decision;
  LogFields numbers;  // {"from", 3}, {"to", 5}, {"total", 8}, {"max_total", 13}, …
  // A word that the controller counts in a metric of its own, once the write has succeeded
  // (Controller::Written); "" if there is none. The runtime neither logs nor counts it. Example:
  // "FieldChanged", if the write also notes that Pods are replaced because a field has changed.
  std::string counted_reason{};
};

// Exactly one request, with its log line, metric and Events.
struct Write {
  Request request;
  Because because;
  // Sent when the write has succeeded, `check` finds nothing, and `shows` returns true. Example:
  // the Event "Scaled up replica set web-7c9 from 4 to 8" is not sent if a policy keeps the
  // ReplicaSet at 4.
  std::vector<Event> on_success{};
  // True if the planner goes on with all decisions after this write has failed, and not only with
  // the write of the status. This holds for a refusal (IsRefusal), and for an answer such as 404 or
  // 409 (GoesOnAfter). Example: after a 404 for the adoption of a ReplicaSet, the ReplicaSet is
  // gone, and the planner goes on without it.
  bool go_on_if_refused = false;
  // True if the write may harm users when the caches are out of date, because it makes Pods end or
  // changes running Pods, for example. The runtime does not send it if the caches are older than
  // kViewAgeForRemovals (runtime/sync.h). For deletions and POSTs to a subresource, such as
  // evictions, the same limit applies without this flag.
  bool needs_recent_view = false;
  // How long the runtime may put the write off, counted from the first sync that wanted it. Set for
  // a write that a later sync will probably replace by a more complete write.
  Duration patience{0};
  // Makes Outcome::kept from the reply's body. Returns an error if the API server accepted the
  // write but changed what was asked for, as a mutating admission policy does. Null: nothing is
  // checked.
  // A reply may have megabytes, so a check reads only what it compares (JsonReader).
  std::function<Status(std::string_view reply)> check{};
  // Returns true if the reply's body shows what `on_success` tells. Example: the Event
  // InPlaceStarted is not sent if a webhook removes the annotation with which the update in place
  // begins. Unlike `check`, does not judge the write itself. Null: the reply need not show
  // anything.
  std::function<bool(std::string_view reply)> shows{};
};

// An uncached read that the next decision depends on.
struct Read {
  Request request;
  std::string why;
  // True if the planner can go on after this read has failed with an error that GoesOnAfter lists.
  // Example: if the server refuses a dry run of a ReplicaSet, the planner reports the refusal.
  bool go_on_if_refused = false;
  // Makes Outcome::value from the answer, whose body is then dropped. If null, the whole answer is
  // kept. In one sync, all reads with the same Request::Identity have the same digest.
  Digest digest{};
};

// How long an Ask waits for its answer, unless Ask::deadline says otherwise.
inline constexpr Duration kAskDeadline = std::chrono::seconds(10);
// The longest total time that the questions of one sync may wait for their answers. A sync that
// waits occupies one of the places of --max-in-flight, and the answers that it has read earlier
// grow old.
inline constexpr Duration kAskingMax = std::chrono::seconds(60);

// A question to something other than the API server, for example to a server that a controller
// observes. The controller sends it (Controller::Send). The answer is put into no cache, and a
// failure says nothing about the API server.
//
// A question must be answered within kAskingMax. If its work takes longer, ask only whether the
// work is done, and ask again in later syncs (Wait::look_again_in). A crash in the meantime loses
// nothing.
struct Ask {
  std::string key;      // two questions with the same key are the same question; logs show the key
  AnyValue question{};  // what Controller::Send needs in addition to the key
  std::string why{};
  // The runtime shortens the deadline to what the sync has left of kAskingMax. If nothing is left,
  // the question fails with kTimeout and is not sent.
  Duration deadline = kAskDeadline;
  // True if the planner can go on after the question has failed, or got no answer in time.
  bool go_on_if_failed = false;
};

// Nothing to do now. The next sync begins after `look_again_in`, or earlier if something wakes the
// key. `look_again_in` sets the key's deadline slot, which is a timer (work_queue.h). nullopt
// cancels that timer.
struct Wait {
  std::optional<Duration> look_again_in{};
  std::vector<Event> events{};
};

enum class Retry : uint8_t {
  kBackOff,       // mostly with exponential back-off (retry slot; see AfterError)
  kOnSpecChange,  // at once when the spec changes; until then with a back-off of up to 5 minutes,
                  // or of one minute (Failed::is_urgent)
  kForget,        // not retried: only an event or look_again_in wakes the key
};
struct Failed {
  Error error;
  Retry retry = Retry::kBackOff;
  std::vector<Event> events{};
  // Sets the key's deadline slot (see Wait) in addition to the retry, for an object that needs a
  // sync at a certain time. What nullopt does:
  //   - if the key is retried: the slot stays as it is
  //   - if the key is not retried (kForget, or error kNamespaceTerminating with kBackOff): the slot
  //     is cleared
  std::optional<Duration> look_again_in{};
  // True if the back-off grows to no more than a minute (kRetryMax of work_queue.h), whatever the
  // error and `retry` say. Set for a workload that has no available Pod: its users wait.
  bool is_urgent = false;
};

using Step = std::variant<Write, Read, Wait, Failed, Ask>;

// Returns a Wait or Failed `then` with a `look_again_in` of at most `due`. Returns any other step
// unchanged, and every step if `due` is nullopt. Example: for a Wait of 30 s and a `due` of 10 s,
// returns a Wait of 10 s.
Step LookAgainNoLater(Step then, const std::optional<Duration>& due);

// Returns true if `kind` means that the API server refused the write, or did not complete it in
// time. Reasons for a refusal are a policy, a quota, a disruption budget, a missing right, an
// invalid object, and a webhook that the API server cannot call. Returns false for
// - a lost race (409)
// - an object that is gone
// - a lost reply
// - a server in trouble
bool IsRefusal(ErrorKind kind);

// Returns true if the API server may later accept the same write, after a refusal of this kind,
// without a change of the object. Example: it could not call a webhook, or the webhook did not
// answer in time.
bool MayPass(ErrorKind kind);

// Returns a text that tells users that the request `asked` was refused with `error`. Examples:
//   - "the API server refused to patch replicasets shop/web-7c9: <the server's words>"
//   - "the API server did not patch replicasets shop/web-7c9 in time: <the server's words>"
// If error.detail is kNotKept, the API server refused nothing. Then returns the message of `error`,
// which names the object.
std::string RefusalText(const RequestKey& asked, const Error& error);

// Returns true if the sync goes on after `write` failed with `kind`:
// - after every refusal (IsRefusal), so that the sync can still write the status
// - if `write` has go_on_if_refused, also after a 404, after a 409, and after a refusal because the
//   namespace is being deleted
bool GoesOnAfter(const Write& write, ErrorKind kind);

// Returns true if the sync goes on after `read` failed with `kind`:
// - always after a 404: there is no such object
// - if `read` has go_on_if_refused, also after
//   - a refusal (IsRefusal)
//   - an answer that the API server is busy (429), or in trouble (kServer)
//   - an answer that is too large
//   - a dry run of a creation that found an object with the same name
bool GoesOnAfter(const Read& read, ErrorKind kind);

// The answer to one request or question of this sync.
struct Outcome {
  RequestKey asked;
  // The body is empty for an Ask, for a read with a digest, and for a large reply to a write other
  // than a creation.
  Result<Reply> said;
  AnyValue value{};  // what Read::digest made of the body; or the answer to an Ask
  // True for a failed write without go_on_if_refused. The planner then only writes the status.
  bool ends_walk = false;
  Decision decided{};  // Because::decision of the write; empty for a read
  // What Write::check returned for the reply; nullopt if the write failed or has no check.
  std::optional<Status> kept{};
  // True if the Events of Write::on_success are to be sent.
  bool tells = false;

  // Returns true if Write::check found that the API server changed what was asked for.
  bool not_kept() const { return kept && !kept->ok(); }
};

// Returns what a sync learns from the answer to a request or a question. If the digest of `read`
// returns an error, such as kMalformed or kTooLarge, the outcome has that error.
Outcome OutcomeOf(const Request& request, Result<Reply> said);
Outcome OutcomeOf(const Read& read, Result<Reply> said);
Outcome OutcomeOf(const Write& write, Result<Reply> said);
Outcome OutcomeOf(const Ask& ask, Result<AnyValue> answer);

// Returns the RequestKey with which FindOutcome finds the answer to `ask`. Only its text is set.
// Example: if ask.key is "metrics", the text is "ask metrics".
RequestKey IdentityOf(const Ask& ask);

// The outcomes of a sync's writes, reads and questions so far, in order. Dropped when the sync
// ends.
using Learned = std::vector<Outcome>;

// Returns the latest outcome of the request `asked` in this sync; nullptr if there is none yet.
const Outcome* FindOutcome(const Learned& learned, const RequestKey& asked);

// Finds the latest write of the object `key` in this sync that has Outcome::kept. Returns its
// outcome if the API server changed what the write asked for (not_kept), else null. Returns null if
// there is no such write.
const Outcome* FindNotKept(const Learned& learned, const ResourceId& resource,
                           const ObjectKey& key);

// Returns true if `step` is a write that was answered in this sync already. The planner does not
// return such a step again. Otherwise writing would never end if the API server drops or changes
// what Windlass sends.
bool WasSent(const Step& step, const Learned& learned);

// Returns true if `outcome` is the outcome of a patch of the subresource `subresource` of the
// object `meta`. If `subresource` is empty, returns true only for a patch of the object itself.
bool IsPatchOf(const Outcome& outcome, const ResourceId& resource, const ObjectMeta& meta,
               std::string_view subresource = "");

}  // namespace windlass
