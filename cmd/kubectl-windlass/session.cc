#include "cmd/kubectl-windlass/session.h"

#include <memory>
#include <utility>

#include "kubeclient/client/client.h"
#include "kubeclient/transport/failure.h"

namespace windlass::cli {
namespace {

// Returns true if `body` is what the API server sends after a successful `verb`: a list for kList;
// for kDelete an object or a Status; for kCreateSubresource a Status; an object for any other verb.
bool IsUsable(Verb verb, std::string_view body, Decoder& decoder) {
  if (verb == Verb::kList) return decoder.DecodeList(body).ok();
  if (verb == Verb::kCreateSubresource) return decoder.DecodeStatus(body).ok();
  if (decoder.DecodeIdentity(body).ok()) return true;
  return verb == Verb::kDelete && decoder.DecodeStatus(body).ok();
}

// The wait after a 429 that does not say how long to wait.
constexpr Duration kThrottledWait = seconds(1);

}  // namespace

Session::Session(const Clock& clock, TimerQueue& timers, Transport& transport, RunUntil run_until,
                 Options options)
    : clock_(clock),
      timers_(timers),
      transport_(transport),
      run_until_(std::move(run_until)),
      options_(std::move(options)) {
  if (options_.timeout) {
    timeout_timer_ = timers_.At(clock_.Now() + *options_.timeout, [this] { timed_out_ = true; });
  }
}

Session::~Session() { timers_.Cancel(timeout_timer_); }

Status Session::Wait(const std::function<bool()>& finished, std::optional<Duration> longest) {
  bool passed = false;
  TimerId timer = 0;
  if (longest) timer = timers_.At(clock_.Now() + *longest, [&passed] { passed = true; });
  const auto ends = [&] { return passed || timed_out_ || interrupted_ || finished(); };
  if (!ends()) run_until_(ends);
  timers_.Cancel(timer);
  if (interrupted_) return Error{ErrorKind::kCancelled, "interrupted"};
  if (timed_out_ && !finished()) {
    return Error{ErrorKind::kCancelled, "timed out waiting for the condition"};
  }
  return Unit{};
}

Result<HttpResponse> Session::SendOnce(HttpRequest request) {
  // The handler may be called after this function has returned, so both share the answer.
  const auto answer = std::make_shared<std::optional<Result<HttpResponse>>>();
  const CallId call = transport_.Call(
      std::move(request), [answer](Result<HttpResponse> reply) { *answer = std::move(reply); });
  const Status waited = Wait([answer] { return answer->has_value(); });
  if (answer->has_value()) return **answer;
  transport_.Cancel(call);
  return waited.error();
}

Result<Reply> Session::ReplyOf(Verb verb, Result<HttpResponse> response) {
  if (!response.ok()) return std::move(response).error();
  Result<Reply> reply = FromHttp(verb, *std::move(response), decoder_);
  if (!reply.ok() || IsUsable(verb, reply->body, decoder_)) return reply;
  return Error{Mutates(verb) ? ErrorKind::kAmbiguous : ErrorKind::kMalformed,
               "the answer is not a Kubernetes object"};
}

Result<Reply> Session::Send(HttpRequest request, Verb verb) {
  request.deadline = options_.request_timeout;
  for (int tries = 1;; ++tries) {
    Result<Reply> reply = ReplyOf(verb, SendOnce(request));
    if (reply.ok() || tries == kTriesMax) return reply;
    const Error& error = reply.error();
    const bool throttled = error.kind == ErrorKind::kThrottled;
    const bool again =
        error.kind == ErrorKind::kNotSent && !IsOfProxy(error) && tries == 1 && !Mutates(verb);
    if (!throttled && !again) return reply;
    if (again) continue;
    const Duration wait =
        error.retry_after_ms > 0 ? milliseconds(error.retry_after_ms) : kThrottledWait;
    const Status waited = Wait([] { return false; }, wait);
    if (waited.ok()) continue;
    Error ended = waited.error();
    ended.http_status = error.http_status;  // the request is not in flight now: it got a 429
    return ended;
  }
}

Result<Reply> Session::SendLast(HttpRequest request, Verb verb) {
  request.deadline = kLastWait;
  const auto answer = std::make_shared<std::optional<Result<HttpResponse>>>();
  const CallId call = transport_.Call(
      std::move(request), [answer](Result<HttpResponse> reply) { *answer = std::move(reply); });
  bool passed = false;
  const TimerId timer = timers_.At(clock_.Now() + kLastWait, [&passed] { passed = true; });
  run_until_([&] { return passed || answer->has_value(); });
  timers_.Cancel(timer);
  if (answer->has_value()) return ReplyOf(verb, **answer);
  transport_.Cancel(call);
  return Error{ErrorKind::kCancelled, "no answer"};
}

std::vector<Result<Reply>> Session::SendAll(const std::vector<HttpRequest>& requests, Verb verb) {
  // Shared with the handlers, which may be called after an interruption.
  struct Answers {
    std::vector<std::optional<Result<HttpResponse>>> all;
    size_t done = 0;
  };
  const auto answers = std::make_shared<Answers>();
  answers->all.resize(requests.size());
  std::vector<CallId> calls;
  Status waited = Unit{};
  while (waited.ok() && answers->done < requests.size()) {
    while (calls.size() < requests.size() && calls.size() - answers->done < kInFlightMax) {
      HttpRequest request = requests[calls.size()];
      request.deadline = options_.request_timeout;
      calls.push_back(transport_.Call(std::move(request),
                                      [answers, i = calls.size()](Result<HttpResponse> reply) {
                                        answers->all[i] = std::move(reply);
                                        ++answers->done;
                                      }));
    }
    waited = Wait([&answers, before = answers->done] { return answers->done > before; });
  }
  std::vector<Result<Reply>> replies;
  for (size_t i = 0; i < requests.size(); ++i) {
    std::optional<Result<HttpResponse>>& answer = answers->all[i];
    if (!answer) {
      if (i < calls.size()) transport_.Cancel(calls[i]);
      replies.emplace_back(waited.error());
      continue;
    }
    Result<Reply> reply = ReplyOf(verb, *std::move(answer));
    const bool throttled = !reply.ok() && reply.error().kind == ErrorKind::kThrottled;
    replies.push_back(throttled ? Send(requests[i], verb) : std::move(reply));
  }
  return replies;
}

Result<std::string> Session::GetText(const std::string& target) {
  HttpRequest request;
  request.target = target;
  request.deadline = options_.request_timeout;
  Result<HttpResponse> response = SendOnce(std::move(request));
  if (!response.ok()) return std::move(response).error();
  if (response->status == 200) return std::move(response->body);
  Result<Reply> reply = FromHttp(Verb::kGet, *std::move(response), decoder_);
  if (reply.ok()) return std::move(reply->body);
  return std::move(reply).error();
}

}  // namespace windlass::cli
