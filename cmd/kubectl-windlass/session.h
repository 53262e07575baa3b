// Session: one run of a command. It sends requests over the asynchronous transport, and runs the
// core loop while it waits for the answers. Core thread only.
//
// Two events end the present wait, and every later wait, at once with kCancelled:
//   - --timeout has passed: timed_out() is true. A wait whose condition is true succeeds
//     nevertheless
//   - the user pressed Ctrl-C, or SIGTERM or SIGHUP came: interrupted() is true
// Exception: SendLast waits in spite of both events.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/request.h"
#include "kubeclient/api/symbol.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/result.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/transport/transport.h"

namespace windlass::cli {

// How long one request may take without --request-timeout.
inline constexpr Duration kRequestTimeout = seconds(32);
// Send sends a request at most this many times if the API server answers 429 Too Many Requests.
// SendAll sends it once more: at most kTriesMax + 1 times.
inline constexpr int kTriesMax = 4;
// How many requests SendAll has in flight at most.
inline constexpr size_t kInFlightMax = 16;

// How long SendLast waits for the answer to a request, after the session has ended.
inline constexpr Duration kLastWait = seconds(5);

class Session {
 public:
  struct Options {
    std::string server;  // its address, for messages
    Duration request_timeout = kRequestTimeout;
    std::optional<Duration> timeout{};  // of the whole command; nullopt = none
  };
  // Runs the core loop on the calling thread until `finished` returns true.
  using RunUntil = std::function<void(const std::function<bool()>& finished)>;

  // The references must outlive the session.
  Session(const Clock& clock, TimerQueue& timers, Transport& transport, RunUntil run_until,
          Options options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Sends `request` with a deadline, and waits for the answer. FromHttp says what an answer means
  // for `verb` (kubeclient/client/client.h). Sends the request again:
  //   - after a 429. If the session ends before the next try, the error kCancelled has http_status
  //     429
  //   - once, if `request` only reads, and nothing of it has reached the server. Exception: if a
  //     proxy has opened no tunnel, does not send the request again
  Result<Reply> Send(HttpRequest request, Verb verb);
  // Sends several requests, at most kInFlightMax at a time, waits for all answers, and returns them
  // in the order of the requests. After a 429, sends the request again, as Send does. If the
  // session ends first, a request without an answer gets kCancelled.
  std::vector<Result<Reply>> SendAll(const std::vector<HttpRequest>& requests, Verb verb);

  // Sends a request although the session was interrupted or has timed out, to undo what the command
  // has written. Waits for the answer at most kLastWait.
  Result<Reply> SendLast(HttpRequest request, Verb verb);

  // Sends a GET of `target` once, and returns the body of the answer. Use it for answers that are
  // not API objects.
  Result<std::string> GetText(const std::string& target);

  // Waits until `finished` returns true, or until `longest` has passed. Both are a success.
  Status Wait(const std::function<bool()>& finished, std::optional<Duration> longest = {});

  // Ends the session. Called in the core loop after the user has pressed Ctrl-C.
  void Interrupt() { interrupted_ = true; }
  bool interrupted() const { return interrupted_; }
  bool timed_out() const { return timed_out_; }

  const Clock& clock() const { return clock_; }
  TimerQueue& timers() { return timers_; }
  Transport& transport() { return transport_; }
  Decoder& decoder() { return decoder_; }
  const Options& options() const { return options_; }

 private:
  Result<HttpResponse> SendOnce(HttpRequest request);
  Result<Reply> ReplyOf(Verb verb, Result<HttpResponse> response);

  const Clock& clock_;
  TimerQueue& timers_;
  Transport& transport_;
  const RunUntil run_until_;
  const Options options_;
  SymbolTable symbols_;
  Decoder decoder_{symbols_};
  TimerId timeout_timer_ = 0;
  bool timed_out_ = false;
  bool interrupted_ = false;
};

}  // namespace windlass::cli
