// The vocabulary of decisions. A controller never "does": it looks at the cache and names the next
// step.
//
//   Step Next(const View& view, const Learned& learned, WallTime now);
//
// is pure: no I/O, no clock, no globals. The runtime executes the step, folds the reply into the
// store, appends the outcome to `learned` and asks again, until Wait or Failed. There is no
// continuation state: a crash at any point equals a restart, and every intermediate state is a row
// in a table test. Source: docs/design/002.
//
// A refused write is an outcome like any other. It ends the walk of decisions, unless the planner
// said before that it does not (Write::go_on_if_refused): then only the status is written still.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "controller/core/decision.h"
#include "kubeclient/api/pod_list.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/result.h"

namespace windlass {

// Why a write is made, with the numbers it was based on: its one log line, and its metric.
struct Because {
  Decision decision;
  LogFields numbers;  // {"from", 3}, {"to", 5}, {"total", 8}, {"max_total", 13}, …
  // One word of a closed set, for a metric, if the write says that a rollout replaces Pods instead
  // of updating them in place: "FieldChanged".
  std::string fallback_reason{};
};

// At most one request; what to say about it travels with it.
struct Write {
  Request request;
  Because because;
  std::vector<Event> on_success{};
  // The planner has a next step also if this write fails, for one of the reasons that GoesOnAfter
  // names: adoption tolerates 404, for example.
  bool go_on_if_refused = false;
  // How long the write may be put off, counted from the first sync that wanted it: soon a later one
  // will say more.
  Duration patience{0};
};

// Uncached; the next decision leans on it.
struct Read {
  Request request;
  std::string why;
};

// Nothing to do now. look_again_in arms the key's deadline slot; nullopt clears it.
struct Wait {
  std::optional<Duration> look_again_in{};
  std::vector<Event> events{};
};

enum class Retry : uint8_t {
  kBackOff,       // retry slot, exponential
  kOnSpecChange,  // only when the object's generation changes
  kForget,        // never, until an event arrives or look_again_in is over
};
struct Failed {
  Error error;
  Retry retry = Retry::kBackOff;
  std::vector<Event> events{};
  // Arms the deadline slot beside the retry: time alone may change something before that. nullopt
  // leaves it as it is, and clears it where there is no retry (kForget).
  std::optional<Duration> look_again_in{};
};

using Step = std::variant<Write, Read, Wait, Failed>;

// `then` with its look_again_in no later than `due`; a step that does not wait is left as it is.
Step LookAgainNoLater(Step then, const std::optional<Duration>& due);

// The server said no: a policy, a quota, a right or the object itself stands against the write. A
// lost race (409), an object that is gone, a lost reply and a server in trouble are no refusals.
bool IsRefusal(ErrorKind kind);

// A sync goes on after every refused write, so that its status can still be written. After other
// answers that are certain (404, 409, a namespace that goes) it goes on if `write` asks for that.
bool GoesOnAfter(const Write& write, ErrorKind kind);

// A fact of this sync, never a verdict.
struct Outcome {
  RequestKey asked;
  Result<Reply> said;             // of a list of Pods without its body
  std::vector<ListedPod> pods{};  // what that list shows
  bool ends_walk = false;         // a refused write without go_on_if_refused: no further decisions
};

// What a sync learns from the answer to `request`. A list of Pods is decoded here and its body is
// dropped: it may have 64 MiB, and the planner looks at it again in every step of the sync. A list
// that cannot be read becomes an Error kMalformed.
Outcome OutcomeOf(const Request& request, Result<Reply> said);
Outcome OutcomeOf(const Write& write, Result<Reply> said);

// Every write and read so far, in order; dropped with the sync.
using Learned = std::vector<Outcome>;

// The latest outcome of `request` in this sync; nullptr when it was not asked yet.
const Outcome* FindOutcome(const Learned& learned, const RequestKey& asked);

// Returns true if `step` is a write that was answered in this sync already. If it succeeded and is
// wanted again, it left everything as it was, because the server drops or changes what it is sent.
// Repeating it would go on for ever; the next event is another chance.
bool WasSent(const Step& step, const Learned& learned);

// A patch of that object, or of its `subresource`.
bool IsPatchOf(const Outcome& outcome, const ResourceId& resource, const ObjectMeta& meta,
               std::string_view subresource = "");

}  // namespace windlass
