// The only way to the API server. All code that uses a Transport runs unchanged in the simulator.
//
// Core thread only. Every callback runs on the core thread, after Call or Stream has returned.
// `reply` and `on_end` come exactly once, unless the Transport is destroyed first. `on_open` comes
// at most once.
// The kind of an Error says whether the server may have executed the request (C-016):
//   - kNotSent: the server has not executed it. The caller may send the request again at once.
//   - kAmbiguous: the server may have executed it. The caller must first find out what happened.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/result.h"

namespace windlass {

enum class HttpMethod : uint8_t { kGet, kPost, kPut, kPatch, kDelete };

// Each class has connections of its own, so that a list cannot delay a Lease renewal, and a watch
// cannot delay a write.
enum class CallClass : uint8_t { kCall, kWatch, kLease };

struct HttpRequest {
  HttpMethod method = HttpMethod::kGet;
  std::string target;  // path and query, percent-encoded, beginning with '/'
  std::string accept = "application/json";
  std::string content_type;  // empty = no body
  std::string body;
  Duration deadline{0};  // Call: for the whole call. Stream: the longest silence. Must be > 0.
  CallClass call_class = CallClass::kCall;
};

struct HttpResponse {
  int status = 0;
  std::string content_type;
  std::string body;                     // at most kBodyBytesMax
  std::optional<Duration> retry_after;  // clamped to [0, 60 s]; absent if the header holds a date
};

// How a stream ended. If the server ended the stream in order (a watch's timeout), ok() is true.
struct StreamEnd {
  int status = 0;              // 0 if no response headers arrived
  std::string error_body;      // of a response that is not 2xx, at most 64 KiB: a metav1.Status
  std::optional<Error> error;  // why the exchange broke off
  std::optional<Duration> retry_after;
  bool ok() const { return status == 200 && !error; }
};

struct StreamHandler {
  // Called for each complete line, without its '\n'. The view is valid during the call and has 64
  // readable bytes behind it.
  std::function<void(std::string_view line)> on_line;
  // Called exactly once, after the last line.
  std::function<void(StreamEnd end)> on_end;
  // Called at most once, before the first line, when the headers of a 2xx response have arrived.
  // May be null.
  std::function<void()> on_open = {};
  // Called in place of on_line for a line above kLineBytesMax, with the first kLineHeadBytes of the
  // line. The rest is skipped. If on_long_line is null, the whole line is skipped.
  std::function<void(std::string_view head)> on_long_line = {};
};

using CallId = uint64_t;  // 0 is no call's id

class Transport {
 public:
  virtual ~Transport() = default;
  using ReplyHandler = std::function<void(Result<HttpResponse>)>;

  // Calls `reply` exactly once. An answer with any HTTP status is a value; an Error means that no
  // complete response arrived. A body above kBodyBytesMax is kTooLarge for a GET and kAmbiguous for
  // a write.
  virtual CallId Call(HttpRequest request, ReplyHandler reply) = 0;

  // Delivers lines in order, at most kLinesPerMessage at a time. While the core thread is behind,
  // the socket is not read. A line longer than kLineSkipBytesMax ends the stream with kMalformed.
  virtual CallId Stream(HttpRequest request, StreamHandler handler) = 0;

  // Cancels a call or stream. Its `reply` or `on_end` still comes, with kCancelled. If a call has
  // just ended, its `reply` may come with its real outcome instead. Idempotent.
  virtual void Cancel(CallId id) = 0;
};

}  // namespace windlass
