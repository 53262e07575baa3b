#include "controller/runtime/term_fence.h"

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/core/own_names.h"
#include "kubeclient/api/json_reader.h"
#include "kubeclient/api/time.h"
#include "kubeclient/base/fill.h"

namespace windlass {
namespace {

constexpr std::string_view kNotKeptText =
    "the API server does not keep the annotation that fences off writes of the former leader. "
    "Windlass goes on without it, because no such write can arrive any more. Find the mutating "
    "admission policy or webhook that removes this annotation, and exempt the annotation from it. "
    "Then Windlass need not wait after a change of leader";
constexpr std::string_view kRefusedText =
    "the API server refuses the patch that fences off writes of the former leader. Windlass goes "
    "on without it, because no such write can arrive any more. Allow this patch in the admission "
    "policy, the webhook or the role that the error names. Then Windlass need not wait after a "
    "change of leader";

constexpr std::string_view kLateText =
    "the API server does not complete the patch that fences off writes of the former leader. "
    "Windlass goes on without it, because no such write can arrive any more. Usually an admission "
    "webhook does not answer, or its answer is wrong: the error says more. Repair that webhook, or "
    "exempt the patch from it. Then Windlass need not wait after a change of leader";

constexpr std::string_view kUnknownText =
    "Windlass does not learn whether the API server carried out the patch that fences off writes "
    "of the former leader. Windlass goes on without it, because no such write can arrive any more. "
    "Usually the connection to the API server breaks: the error says more";

std::string_view WhyUnfenced(const Error& why) {
  if (why.detail == ErrorDetail::kNotKept) return kNotKeptText;
  if (why.kind == ErrorKind::kTimeout) return kLateText;
  if (why.kind != ErrorKind::kAmbiguous) return kRefusedText;
  return CountsAsLate(why) ? kLateText : kUnknownText;
}

// What the fence compares of an object in JSON: its version, and the value of kTermAnnotation.
struct Touched {
  std::string version{};
  std::string term{};
};

// Returns what the fence compares; nullopt if `object` is not JSON, or has no version. Reads no
// other member: a reply may have megabytes, and FoldTable decodes the whole reply anyway.
std::optional<Touched> TouchedIn(std::string_view object) {
  JsonReader in;
  Touched touched;
  in.Begin(object);
  in.Object([&](std::string_view key) {
    if (key != "metadata") return;
    in.Object([&](std::string_view member) {
      if (member == "resourceVersion") touched.version = in.String();
      if (member != "annotations") return;
      in.Object([&](std::string_view name) {
        if (name == kTermAnnotation) touched.term = in.String();
      });
    });
  });
  if (!in.End().ok() || touched.version.empty()) return std::nullopt;
  return touched;
}

}  // namespace

TermFence::TermFence(SyncEnvironment environment, std::string term)
    : environment_(environment),
      term_(std::move(term)),
      late_writes_end_(environment.clock.Now() + kLateWritesMax),
      late_writes_end_text_(FormatTime(environment.clock.Wall() + kLateWritesMax + seconds(1))) {}

TermFence::~TermFence() { environment_.timers.Cancel(held_timer_); }

// Sends the first touch (a patch of Controller::FenceWrites) that is still due. After its answer,
// Answered calls Raise again for the next one. When no touch is due any more, the fence of the key
// is raised. It stays raised until Forget or the end of the term.
//
// The same holds for a key that has no touches at all. Example: a Deployment at rest. All its sizes
// are those that its observed generation asks for (workload/watch/former_leader_fence.h), so only
// writes of this term can begin a rollout.
void TermFence::Raise(const QueueKey& key, const LateWrites& late, Done done) {
  if (raised_.contains(key)) return done({}, {}, late);
  std::optional<std::vector<Request>> touches;
  const bool told = environment_.Consult(
      key, [&](const Controller& controller) { touches = controller.FenceWrites(key, term_); });
  if (!told) return done({SyncResult::Kind::kInternal, {}, {}, {}}, {}, {});
  if (!touches) return done({}, {}, late);
  for (const Request& touch : *touches) {
    if (touched_.contains(touch.uid())) continue;
    if (auto error = WhyNotSent(touch, late)) {
      return Answered(key, touch, *std::move(error), late, std::move(done));
    }
    auto answered = [this, key, touch, late, done = std::move(done)](Result<Reply> said) {
      Answered(key, touch, std::move(said), late, done);
    };
    return environment_.client.Execute(touch, lifetime_.Guard(std::move(answered)));
  }
  raised_.insert(key);
  held_.erase(key);
  done({}, {}, late);
}

// If `touch` must not be sent now, returns the error with which it counts as refused. Otherwise
// returns nullopt. Two cases in which it must not be sent:
//   - It was late twice in the key's syncs just before this one (`late`).
//   - It was late twice earlier in this term, and less than kCallDeadline is left until
//     late_writes_end_. Messages tell users that Windlass goes on at that time at the latest, so no
//     try may last longer. Example: kLateWritesMax is 60 s and kCallDeadline 10 s. So in the first
//     50 s of the term `touch` is tried again, like any late write, and after that it is not.
std::optional<Error> TermFence::WhyNotSent(const Request& touch, const LateWrites& late) const {
  if (auto error = late.WhyRefused(touch)) return error;
  const auto told = late_twice_.find(touch.uid());
  if (told == late_twice_.end()) return std::nullopt;
  if (environment_.clock.Now() + kCallDeadline <= late_writes_end_) return std::nullopt;
  return told->second;
}

// Returns an error if the API server accepted `touch`, but the object has kept its version. Returns
// nullopt
//   - if the object has this term's annotation: this touch has raised the version, or an earlier
//     touch has, whose answer was lost
//   - if the object's version is not the one that the first touch of this term named: another
//     client has changed the object since
//   - if `touch` or `reply` cannot be read (TouchedIn)
std::optional<Error> TermFence::WhyNotRaised(const Request& touch, const Reply& reply) {
  const std::optional<Touched> asked = TouchedIn(touch.body());
  const std::optional<Touched> stored = TouchedIn(reply.body);
  if (!asked || !stored || stored->term == term_) return std::nullopt;
  const auto first = unraised_.try_emplace(touch.uid(), asked->version).first;
  if (stored->version != first->second) {
    unraised_.erase(first);
    return std::nullopt;
  }
  Error error{
      ErrorKind::kInvalid,
      Fill("the API server accepted a patch of {} from Windlass, but did not keep "
           "metadata.annotations[{}]. So a late write of the former leader may still "
           "change the object. Windlass goes on at {} at the latest, because no such write "
           "can arrive after that. Find the mutating admission policy or webhook that "
           "removes this annotation, and exempt the annotation from it. Then Windlass "
           "need not wait after a change of leader",
           ObjectText(touch.resource(), touch.key()), kTermAnnotation, late_writes_end_text_)};
  error.detail = ErrorDetail::kNotKept;
  return error;
}

// Notes that the outcome of `touch` is unknown. Usually the key's next sync reads the object, and
// then the fence sends the touch again. But once no late write of the former leader can arrive any
// more, the object needs no further touch (GoOnUnfenced)
//   - if the touch is late
//   - if the outcome of a touch of this object was unknown earlier in this term, too
void TermFence::OutcomeUnknown(const QueueKey& key, const Request& touch, const Error& error,
                               LateWrites& late) {
  const bool first = unknown_.insert(touch.uid()).second;
  if (!AreLateWritesOver()) return Hold(key);
  if (first && !CountsAsLate(error)) return;
  GoOnUnfenced(key, touch, error, late);
  if (on_late_writes_over) on_late_writes_over(key);
}

// Call this if `touch` failed with `why`, and no late write can arrive any more (kLateWritesMax).
// The fence of the touched object then counts as raised. If the API server carries out `touch`
// later, `touch` only raises the version. This function also
//   - removes `touch` from `late`, so that no other patch of the object is taken for a late touch
//   - logs a warning for each of the first kUnfencedToldMax objects of the term
void TermFence::GoOnUnfenced(const QueueKey& key, const Request& touch, const Error& why,
                             LateWrites& late) {
  touched_.insert(touch.uid());
  unraised_.erase(touch.uid());
  late.Forget(touch);
  if (unfenced_told_ == kUnfencedToldMax) return;
  const bool not_kept = why.detail == ErrorDetail::kNotKept;
  std::string text(WhyUnfenced(why));
  if (++unfenced_told_ == kUnfencedToldMax) {
    text += ". Windlass logs no further objects like this one until the next change of leader";
  }
  environment_.log.Warning(text, {{environment_.ControllerOf(key).log_field(), key.ToString()},
                                  {"request", touch.Describe()},
                                  {not_kept ? "annotation" : "error",
                                   not_kept ? kTermAnnotation : std::string_view(why.message)}});
}

// Notes that a touch of the key was not kept or was refused, or that its outcome is unknown. When
// no late write can arrive any more, the timer calls on_late_writes_over, so that the key need not
// wait for its back-off. If the fence of the key is raised earlier, the timer does not make this
// call for the key.
void TermFence::Hold(const QueueKey& key) {
  held_.insert(key);
  if (held_timer_ != 0) return;
  held_timer_ = environment_.timers.At(late_writes_end_, [this] {
    for (const QueueKey& held : std::exchange(held_, {})) {
      if (on_late_writes_over) on_late_writes_over(held);
    }
  });
}

void TermFence::Answered(const QueueKey& key, const Request& request, Result<Reply> said,
                         LateWrites late, Done done) {
  if (said.ok()) {
    late.Forget(request);
    std::optional<Error> not_raised = WhyNotRaised(request, *said);
    if (!not_raised) touched_.insert(request.uid());
    const bool goes_on = not_raised && AreLateWritesOver();
    if (goes_on) GoOnUnfenced(key, request, *not_raised, late);
    const Status folded = environment_.folds.Written(key, request, *said);
    if (!folded.ok()) {
      return done({SyncResult::Kind::kUncertain, {}, {}, Unverified(request, late)}, {}, {});
    }
    if (goes_on) return Raise(key, late, std::move(done));
    if (not_raised) {
      Hold(key);
      said = *std::move(not_raised);
    }
  } else if (IsRefusal(said.error().kind)) {
    if (AreLateWritesOver()) {
      GoOnUnfenced(key, request, said.error(), late);
      return Raise(key, late, std::move(done));
    }
    Hold(key);
    if (said.error().kind == ErrorKind::kTimeout) {
      late_twice_.insert_or_assign(request.uid(), said.error());
    }
    Error refused = said.error();
    refused.message += Fill(
        "; this patch was to fence off late writes of the former leader. Windlass goes on without "
        "the patch at {} at the latest",
        late_writes_end_text_);
    said = std::move(refused);
  }
  if (said.ok()) {
    environment_.log.Info("fenced off writes of the former leader",
                          {{environment_.ControllerOf(key).log_field(), key.ToString()},
                           {"request", request.Describe()}});
    return Raise(key, late, std::move(done));
  }
  if (said.error().kind == ErrorKind::kAmbiguous) {
    late.Note(request, said.error());
    OutcomeUnknown(key, request, said.error(), late);
    return done({SyncResult::Kind::kUncertain, {}, {}, Unverified(request, late)}, {}, {});
  }
  std::string text =
      "could not fence off writes of the former leader; Windlass tries again later, and does not "
      "roll out this object until that succeeds";
  if (IsRefusal(said.error().kind)) text += ", or until the time in the error";
  environment_.log.Warning(text, {{environment_.ControllerOf(key).log_field(), key.ToString()},
                                  {"request", request.Describe()},
                                  {"error", said.error().message}});
  // The object is gone, but the cache still shows it. So the term reads the object, as after a
  // write of a sync (S-003).
  if (said.error().kind == ErrorKind::kNotFound) {
    return done({SyncResult::Kind::kUncertain, {}, {}, Unverified(request, late)}, {}, {});
  }
  if (IsRefusal(said.error().kind)) {
    const Write touch{.request = request, .because = {kFenceOffFormerLeader, {}}};
    return done({}, {OutcomeOf(touch, std::move(said))}, std::move(late));
  }
  SyncResult result = AfterError(said.error(), Retry::kBackOff);
  if (said.error().kind == ErrorKind::kConflict) result.lost = {request.resource(), request.key()};
  done(std::move(result), {}, {});
}

}  // namespace windlass
