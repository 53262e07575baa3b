// The calls and streams that are open: their handlers, deadlines and ends. Knows no HTTP library.
//
// This is the core thread's half of a transport. It guarantees what transport.h promises: each
// handler exactly once and never before the starting function has returned; lines before the end;
// nothing after Cancel but the end. A deadline is kept even when the network half does not react (a
// name look-up cannot be cancelled): the caller is answered, the late outcome is dropped.
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
  int status = 0;  // 0 when no response headers arrived
  std::string content_type;
  std::string body;  // of a call
  std::optional<Duration> retry_after;
  std::optional<Error> error;
};

// The network's half of one exchange. Functions may be called from the core thread at any time.
class Exchange {
 public:
  virtual ~Exchange() = default;

  // Closes the connection. True when the server cannot have received the complete request, and will
  // not.
  virtual bool Stop() = 0;
  virtual int status() const = 0;        // 0 before the response headers
  virtual LineSink* lines() = 0;         // of a stream; null for a call
  virtual std::string name() const = 0;  // "GET https://host:6443/api/v1/pods", for error messages
};

class ExchangeTable {
 public:
  using Post = std::function<void(std::function<void()>)>;  // to the core thread, a later turn

  ExchangeTable(const Clock& clock, TimerQueue& timers, Post post);
  ~ExchangeTable();
  ExchangeTable(const ExchangeTable&) = delete;
  ExchangeTable& operator=(const ExchangeTable&) = delete;

  CallId NextId() { return ++last_; }
  void AddCall(CallId id, std::shared_ptr<Exchange> exchange, Duration deadline,
               Transport::ReplyHandler reply);
  void AddStream(CallId id, std::shared_ptr<Exchange> exchange, Duration silence,
                 StreamHandler handler);

  // Messages of the network side, run on the core thread. An unknown id has ended before.
  void Finish(CallId id, ExchangeOutcome outcome);
  void Open(CallId id);  // a 2xx response has begun
  void DeliverLines(CallId id);

  void Cancel(CallId id);
  // Ends every stream whose response has begun as the server would, in an orderly way and after the
  // lines that are there. Others are left alone.
  void EndStreams();
  // Stops everything; no handler comes any more.
  void StopAll();

  bool Has(CallId id) const { return calls_.contains(id) || streams_.contains(id); }
  size_t calls() const { return calls_.size(); }
  size_t streams() const { return streams_.size(); }
  size_t waiting_bytes() const;       // of all streams
  size_t waiting_bytes_peak() const;  // of the streams that are open, each at its peak

 private:
  struct OpenCall {
    std::shared_ptr<Exchange> exchange;
    Transport::ReplyHandler reply;
    Duration deadline{0};
    TimerId timer = 0;
  };
  struct OpenStream {
    std::shared_ptr<Exchange> exchange;
    StreamHandler handler;
    Duration silence{0};
    TimerId timer = 0;
    std::optional<ExchangeOutcome> outcome;  // waits until the last line is delivered
    bool cancelled = false;  // lines were dropped: it cannot have ended well any more
    bool ended = false;      // by us, for good: what the network half reports is no failure
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
  // Shared, because a stream may be cancelled by its own handler while lines are being delivered.
  std::unordered_map<CallId, std::shared_ptr<OpenStream>> streams_;
};

}  // namespace windlass
