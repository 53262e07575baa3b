// The vocabulary of decisions. A controller never "does": it looks at the cache and names the next
// step.
//
//   Step Next(const View& view, const Learned& learned, WallTime now);
//
// Next is pure: no I/O, no clock, no globals. The runtime executes the step, folds the reply into
// the store, appends the outcome to `learned` and calls Next again, until Next returns Wait or
// Failed. There is no continuation state: a crash at any point equals a restart, and every
// intermediate state is a row in a table test. Source: docs/design/002.
//
// A refused write ends the walk of decisions: after it, only the status is written. Exception: the
// walk goes on if the write has go_on_if_refused.
#pragma once

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

// Why a write is made, with the numbers it was based on. Becomes the write's only log line, and its
// metric.
struct Because {
  Decision decision;
  LogFields numbers;  // {"from", 3}, {"to", 5}, {"total", 8}, {"max_total", 13}, …
  // If the write says that a rollout replaces Pods instead of updating them in place: the reason,
  // one word of a closed set, for a metric ("FieldChanged"). Otherwise empty.
  std::string fallback_reason{};
};

// Exactly one request, with its log line, metric and Events.
struct Write {
  Request request;
  Because because;
  std::vector<Event> on_success{};
  // True if the planner makes further decisions even if this write is refused (IsRefusal), or gets
  // another certain answer, such as 404 or 409 (GoesOnAfter). Example: an adoption goes on after
  // 404, because the ReplicaSet is gone.
  bool go_on_if_refused = false;
  // True if Pods end because of this write. The runtime does not send such a write if the caches
  // are older than kViewAgeForRemovals (runtime/sync.h). Deletions and writes to Pods need no flag:
  // the runtime treats them in the same way.
  bool removes_pods = false;
  // How long the runtime may put the write off, counted from the first sync that wanted it. Set for
  // a write that a later sync will probably replace by a more complete write.
  Duration patience{0};
};

// An uncached read that the next decision depends on.
struct Read {
  Request request;
  std::string why;
  // True if the planner has a next step even if this read fails with an error that GoesOnAfter
  // lists. Example: if the server refuses a dry run of a ReplicaSet, the planner reports the
  // refusal.
  bool go_on_if_refused = false;
  // Makes Outcome::value from the answer, whose body is then dropped. If null, the whole answer is
  // kept. All reads with the same identity in one sync have the same digest.
  Digest digest{};
};

// How long an Ask waits for its answer, unless Ask::deadline says otherwise.
inline constexpr Duration kAskDeadline = std::chrono::seconds(10);
// How long the questions of one sync may wait for answers, all together. While a sync waits, it
// occupies one of the places that --max-in-flight allows, and what it has read grows old.
inline constexpr Duration kAskingMax = std::chrono::seconds(60);

// A question to something other than the API server, for example to a server that a controller
// observes. The controller sends it (Controller::Send). The answer is folded into no cache, and a
// question that fails says nothing about the API server.
//
// If work may take longer than kAskingMax, one question begins the work, and questions of later
// syncs (Wait::look_again_in) find out whether it is done. A crash then loses nothing.
struct Ask {
  std::string key;      // two questions with the same key are the same question; logs show the key
  AnyValue question{};  // what Controller::Send needs in addition to the key
  std::string why{};
  // The runtime shortens the deadline to what the sync has left of kAskingMax. If nothing is left,
  // the question fails with kTimeout and is not sent.
  Duration deadline = kAskDeadline;
  // True if the planner has a next step even if the question fails, or is not answered in time.
  bool go_on_if_failed = false;
};

// Nothing to do now. The next sync begins after `look_again_in`, or earlier if something wakes the
// key. `look_again_in` sets the deadline slot of the key (work_queue.h); nullopt clears that slot.
struct Wait {
  std::optional<Duration> look_again_in{};
  std::vector<Event> events{};
};

enum class Retry : uint8_t {
  kBackOff,       // with exponential back-off (retry slot)
  kOnSpecChange,  // only when the object's generation changes
  kForget,        // not retried: only an event or look_again_in wakes the key
};
struct Failed {
  Error error;
  Retry retry = Retry::kBackOff;
  std::vector<Event> events{};
  // Arms the deadline slot in addition to the retry, because time alone may make the object due
  // before the retry. nullopt leaves the slot as it is; with kForget, nullopt clears the slot.
  std::optional<Duration> look_again_in{};
};

using Step = std::variant<Write, Read, Wait, Failed, Ask>;

// If `then` is a Wait or a Failed, returns it with a `look_again_in` of at most `due`. Returns any
// other step unchanged. If `due` is nullopt, the step stays as it is.
Step LookAgainNoLater(Step then, const std::optional<Duration>& due);

// Returns true if the API server refused the write because of a policy, a webhook that it cannot
// call, a quota, a disruption budget, a missing right or an invalid object, or did not complete the
// write in time. Not refusals:
// - a lost race (409)
// - an object that is gone
// - a lost reply
// - a server in trouble
bool IsRefusal(ErrorKind kind);

// Returns true if a refusal says nothing about the object: the API server could not call a webhook,
// or the webhook did not answer in time. The API server stops refusing when the webhook works
// again.
bool MayPass(ErrorKind kind);

// Returns what `error`, a refusal of the request `asked`, means to users. Examples:
//   - "the API server refused to patch replicasets shop/web-7c9: <the server's words>"
//   - "the API server did not patch replicasets shop/web-7c9 in time: <the server's words>"
std::string RefusalText(const RequestKey& asked, const Error& error);

// Returns true if the sync goes on after `write` failed with `kind`:
// - always after a refusal, so that the status can still be written
// - after another certain answer (404, 409, a namespace that is being deleted) if `write` has
//   go_on_if_refused
bool GoesOnAfter(const Write& write, ErrorKind kind);

// Returns true if the sync goes on after `read` failed with `kind`:
// - always if there is no such object (404)
// - if `read` has go_on_if_refused, and the API server refused it, is busy or in trouble, sent too
//   large an answer, or found in a dry run that an object has the name already
bool GoesOnAfter(const Read& read, ErrorKind kind);

// The answer to one request or question of this sync.
struct Outcome {
  RequestKey asked;
  Result<Reply> said;      // without its body if a digest has read it, or if it was large
  AnyValue value{};        // what Read::digest made of the body; or the answer to an Ask
  bool ends_walk = false;  // a failed write without go_on_if_refused: no further decisions
};

// Returns what a sync learns from the answer to a request or a question. An answer that the digest
// of `read` refuses is an error, for example kMalformed or kTooLarge.
Outcome OutcomeOf(const Request& request, Result<Reply> said);
Outcome OutcomeOf(const Read& read, Result<Reply> said);
Outcome OutcomeOf(const Write& write, Result<Reply> said);
Outcome OutcomeOf(const Ask& ask, Result<AnyValue> answer);

// Returns the RequestKey by which Learned finds the answer to `ask`. Only its text is set: "ask "
// and ask.key.
RequestKey IdentityOf(const Ask& ask);

// Every write, read and question of a sync so far, in order. Dropped with the sync.
using Learned = std::vector<Outcome>;

// Returns the latest outcome of the request `asked` in this sync; nullptr if it was not sent yet.
const Outcome* FindOutcome(const Learned& learned, const RequestKey& asked);

// Returns true if `step` is a write that was answered in this sync already. If the planner wants a
// write again although the write succeeded, the server drops or changes what we send. Such writes
// would never end, so the sync waits for the next event.
bool WasSent(const Step& step, const Learned& learned);

// Returns true if `outcome` is the outcome of a patch of the object `meta`, or of its `subresource`
// if that is not empty.
bool IsPatchOf(const Outcome& outcome, const ResourceId& resource, const ObjectMeta& meta,
               std::string_view subresource = "");

}  // namespace windlass
