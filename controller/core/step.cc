#include "controller/core/step.h"

#include <utility>

#include "kubeclient/base/fill.h"

namespace windlass {
namespace {

// OutcomeOf drops a reply to a write that is larger than this, except the reply to a creation.
constexpr size_t kAnswerBytesKept = 16384;

}  // namespace

Step LookAgainNoLater(Step then, const std::optional<Duration>& due) {
  if (Wait* wait = std::get_if<Wait>(&then)) {
    wait->look_again_in = Sooner(wait->look_again_in, due);
  } else if (Failed* failed = std::get_if<Failed>(&then)) {
    failed->look_again_in = Sooner(failed->look_again_in, due);
  }
  return then;
}

bool IsRefusal(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kForbidden:
    case ErrorKind::kQuotaExceeded:
    case ErrorKind::kDisruptionBudget:
    case ErrorKind::kInvalid:
    case ErrorKind::kWebhook:
    case ErrorKind::kTimeout: return true;
    default: return false;
  }
}

bool MayPass(ErrorKind kind) { return kind == ErrorKind::kWebhook || kind == ErrorKind::kTimeout; }

std::string RefusalText(const RequestKey& asked, const Error& error) {
  if (error.detail == ErrorDetail::kNotKept) return error.message;
  const std::string part = asked.subresource.empty() ? "" : "/" + asked.subresource;
  const std::string what =
      Fill("{} {}{} {}", Name(asked.verb), asked.resource.plural, part, asked.key.ToString());
  const bool late = error.kind == ErrorKind::kTimeout;
  return late ? Fill("the API server did not {} in time: {}", what, error.message)
              : Fill("the API server refused to {}: {}", what, error.message);
}

bool GoesOnAfter(const Write& write, ErrorKind kind) {
  if (IsRefusal(kind)) return true;
  const bool certain = kind == ErrorKind::kNotFound || kind == ErrorKind::kConflict ||
                       kind == ErrorKind::kAlreadyExists ||
                       kind == ErrorKind::kNamespaceTerminating;
  return certain && write.go_on_if_refused;
}

bool GoesOnAfter(const Read& read, ErrorKind kind) {
  if (kind == ErrorKind::kNotFound) return true;
  const bool answered = IsRefusal(kind) || kind == ErrorKind::kThrottled ||
                        kind == ErrorKind::kServer || kind == ErrorKind::kAlreadyExists ||
                        kind == ErrorKind::kTooLarge;
  return answered && read.go_on_if_refused;
}

Outcome OutcomeOf(const Request& request, Result<Reply> said) {
  return {request.Identity(), std::move(said)};
}

Outcome OutcomeOf(const Read& read, Result<Reply> said) {
  if (!said.ok() || !read.digest) return OutcomeOf(read.request, std::move(said));
  Result<AnyValue> value = read.digest(said->body);
  if (!value.ok()) return OutcomeOf(read.request, std::move(value).error());
  Outcome outcome = OutcomeOf(read.request, Reply{});
  outcome.value = *std::move(value);
  return outcome;
}

Outcome OutcomeOf(const Write& write, Result<Reply> said) {
  std::optional<Status> kept;
  if (said.ok() && write.check) kept = write.check(said->body);
  const bool shown = said.ok() && (!write.shows || write.shows(said->body));
  // Drops a large reply, because a sync may write many objects, and the caches hold what was
  // written. Keeps two kinds of replies:
  // - the reply to a creation, because the planner compares the created object with what was sent
  // - a small reply, because it takes little memory
  const bool is_read = write.request.verb() == Verb::kCreate;
  if (said.ok() && !is_read && said->body.size() > kAnswerBytesKept) said = Reply{};
  Outcome outcome = OutcomeOf(write.request, std::move(said));
  outcome.ends_walk = !outcome.said.ok() && !write.go_on_if_refused;
  outcome.decided = write.because.decision;
  outcome.kept = std::move(kept);
  outcome.tells = shown && !outcome.not_kept();
  return outcome;
}

Outcome OutcomeOf(const Ask& ask, Result<AnyValue> answer) {
  if (!answer.ok()) return {IdentityOf(ask), std::move(answer).error()};
  return {IdentityOf(ask), Reply{}, *std::move(answer)};
}

RequestKey IdentityOf(const Ask& ask) {
  RequestKey key;
  key.text = "ask " + ask.key;
  return key;
}

const Outcome* FindOutcome(const Learned& learned, const RequestKey& asked) {
  for (auto it = learned.rbegin(); it != learned.rend(); ++it) {
    if (it->asked == asked) return &*it;
  }
  return nullptr;
}

const Outcome* FindNotKept(const Learned& learned, const ResourceId& resource,
                           const ObjectKey& key) {
  for (auto it = learned.rbegin(); it != learned.rend(); ++it) {
    const bool of_object = it->asked.resource == resource && it->asked.key == key;
    if (it->kept && of_object) return it->not_kept() ? &*it : nullptr;
  }
  return nullptr;
}

bool WasSent(const Step& step, const Learned& learned) {
  const Write* write = std::get_if<Write>(&step);
  return write != nullptr && FindOutcome(learned, write->request.Identity()) != nullptr;
}

bool IsPatchOf(const Outcome& outcome, const ResourceId& resource, const ObjectMeta& meta,
               std::string_view subresource) {
  const RequestKey& asked = outcome.asked;
  return asked.verb == Verb::kPatch && asked.resource == resource &&
         asked.subresource == subresource && asked.key == KeyOf(meta);
}

}  // namespace windlass
