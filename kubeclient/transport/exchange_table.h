// The open calls and streams: their handlers, deadlines and ends. Uses no HTTP library.
//
// This is the core thread's half of a transport. It keeps the promises of transport.h:
//   - `reply` and `on_end` come exactly once, and not before Call or Stream has returned;
//   - a stream's lines come before its end;
//   - after Cancel no lines come, only the end;
//   - a deadline holds even if the network half does not react, for example because nothing can
//     cancel a name look-up. The caller then gets an error, and the late outcome is dropped.
// Core thread only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "kubeclient/base/timer_queue.h"
#include "kubeclient/transport/line_sink.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

// How an exchange ended on the network side.
struct ExchangeOutcome {
  int status = 0;  // 0 if no response headers arrived
  std::string content_type;
  std::string body;  // of a call; empty for a stream
  std::optional<Duration> retry_after;
  std::optional<Error> error;
};

// The network half's object for one exchange (a call or a stream). The core thread may call these
// functions at any time.
class HttpExchange {
 public:
  virtual ~HttpExchange() = default;

  // Closes the connection. Returns true if the server has not received the complete request and
  // never will.
  virtual bool Stop() = 0;
  virtual int status() const = 0;        // 0 until the response headers arrive
  virtual LineSink* lines() = 0;         // null for a call
  virtual std::string name() const = 0;  // "GET https://host:6443/api/v1/pods", for error messages
};

class ExchangeTable {
 public:
  // Runs the function on the core thread, after Post has returned.
  using Post = std::function<void(std::function<void()>)>;

  ExchangeTable(const Clock& clock, TimerQueue& timers, Post post);
  ~ExchangeTable();
  ExchangeTable(const ExchangeTable&) = delete;
  ExchangeTable& operator=(const ExchangeTable&) = delete;

  CallId NextId() { return ++last_; }
  void AddCall(CallId id, std::shared_ptr<HttpExchange> exchange, Duration deadline,
               Transport::ReplyHandler reply);
  void AddStream(CallId id, std::shared_ptr<HttpExchange> exchange, Duration silence,
                 StreamHandler handler);

  // The network half reports through these three functions: that the exchange has ended, that it is
  // open, or that lines wait. Call them on the core thread. They do nothing if the call or stream
  // `id` has ended already.
  void Finish(CallId id, ExchangeOutcome outcome);
  void Open(CallId id);          // the headers of a 2xx response have arrived
  void DeliverLines(CallId id);  // lines wait in the exchange's LineSink

  void Cancel(CallId id);
  // Ends every stream that has a 200 response, as if the server had ended it: delivers the waiting
  // lines first, and reports no error. Leaves calls and other streams alone.
  void EndStreams();
  // Stops every call and stream without calling their handlers.
  void StopAll();

  bool Has(CallId id) const { return calls_.contains(id) || streams_.contains(id); }
  size_t calls() const { return calls_.size(); }
  size_t streams() const { return streams_.size(); }
  size_t waiting_bytes() const;       // sum over the open streams
  size_t waiting_bytes_peak() const;  // sum of each open stream's peak

 private:
  struct OpenCall {
    std::shared_ptr<HttpExchange> exchange;
    Transport::ReplyHandler reply;
    Duration deadline{0};
    TimerId timer = 0;
  };
  struct OpenStream {
    std::shared_ptr<HttpExchange> exchange;
    StreamHandler handler;
    Duration silence{0};
    TimerId timer = 0;
    std::optional<ExchangeOutcome> outcome;  // reported, but lines still have to be delivered
    bool cancelled = false;  // Cancel dropped its lines: the stream ends with kCancelled
    // True if EndStreams ended the stream. The network half then reports an error, which is no
    // failure.
    bool ended = false;
  };

  void OnDeadline(CallId id);
  void OnSilence(CallId id);
  static StreamEnd EndOf(const OpenStream& stream, ExchangeOutcome outcome);
  void Reply(CallId id, Result<HttpResponse> result);
  void End(CallId id, StreamEnd end);

  const Clock& clock_;
  TimerQueue& timers_;
  const Post post_;
  CallId last_ = 0;
  std::unordered_map<CallId, OpenCall> calls_;
  // shared_ptr, because a stream's handler may end its own stream while DeliverLines uses it.
  std::unordered_map<CallId, std::shared_ptr<OpenStream>> streams_;
};

}  // namespace windlass
