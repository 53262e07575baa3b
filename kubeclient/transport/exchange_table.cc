#include "kubeclient/transport/exchange_table.h"

#include <utility>

#include "kubeclient/base/answer_size.h"
#include "kubeclient/base/assert.h"
#include "kubeclient/base/core_loop.h"

namespace windlass {
namespace {

std::string InSeconds(Duration duration) {
  const auto ms = std::chrono::duration_cast<milliseconds>(duration).count();
  return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

Error Cancelled(const HttpExchange& exchange) {
  return Error{ErrorKind::kCancelled, "cancelled"}.Context(exchange.name());
}

// Returns the error of an exchange that had no answer in time. `not_sent` is what Stop() returned;
// `what` ends in a blank, and `limit` is appended: "no answer within 10 s".
Error GaveUp(const HttpExchange& exchange, bool not_sent, std::string_view what, Duration limit) {
  const ErrorKind kind = not_sent ? ErrorKind::kNotSent : ErrorKind::kAmbiguous;
  return Error{kind, std::string(what) + InSeconds(limit)}.Context(exchange.name());
}

}  // namespace

ExchangeTable::ExchangeTable(const Clock& clock, TimerQueue& timers, Post post)
    : clock_(clock), timers_(timers), post_(std::move(post)) {}

ExchangeTable::~ExchangeTable() { StopAll(); }

void ExchangeTable::AddCall(CallId id, std::shared_ptr<HttpExchange> exchange, Duration deadline,
                            Transport::ReplyHandler reply) {
  WL_ASSERT(deadline > Duration::zero());
  const TimerId timer = timers_.At(clock_.Now() + deadline, [this, id] { OnDeadline(id); });
  calls_.emplace(id, OpenCall{std::move(exchange), std::move(reply), deadline, timer});
}

void ExchangeTable::AddStream(CallId id, std::shared_ptr<HttpExchange> exchange, Duration silence,
                              StreamHandler handler) {
  WL_ASSERT(silence > Duration::zero() && exchange->lines() != nullptr);
  const TimerId timer = timers_.At(clock_.Now() + silence, [this, id] { OnSilence(id); });
  streams_.emplace(id, std::make_shared<OpenStream>(OpenStream{
                           std::move(exchange), std::move(handler), silence, timer, {}}));
}

StreamEnd ExchangeTable::EndOf(const OpenStream& stream, ExchangeOutcome outcome) {
  const LineSink& lines = *stream.exchange->lines();
  StreamEnd end;
  end.status = outcome.status;
  end.retry_after = outcome.retry_after;
  end.error = std::move(outcome.error);
  const bool refused = outcome.status != 0 && (outcome.status < 200 || outcome.status > 299);
  if (refused) {
    end.error_body = lines.error_body();
    end.error.reset();  // the status says why the stream failed; the error is about the body
  } else if (lines.line_without_end()) {
    end.error = Error{ErrorKind::kMalformed,
                      "a line is longer than " + std::to_string(kLineSkipBytesMax >> 20U) + " MiB"};
  } else if (stream.ended) {
    end.error.reset();
  }
  return end;
}

void ExchangeTable::Finish(CallId id, ExchangeOutcome outcome) {
  if (calls_.contains(id)) {
    if (outcome.error) {
      Reply(id, *std::move(outcome.error));
    } else {
      Reply(id, HttpResponse{outcome.status, std::move(outcome.content_type),
                             std::move(outcome.body), outcome.retry_after});
    }
    return;
  }
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  OpenStream& stream = *found->second;
  if (stream.exchange->lines()->has_lines()) {
    stream.outcome = std::move(outcome);  // a posted DeliverLines will end the stream
    return;
  }
  End(id, EndOf(stream, std::move(outcome)));
}

void ExchangeTable::Open(CallId id) {
  const auto found = streams_.find(id);
  if (found == streams_.end() || found->second->cancelled) return;
  const std::shared_ptr<OpenStream> stream = found->second;
  if (stream->handler.on_open) stream->handler.on_open();
}

void ExchangeTable::DeliverLines(CallId id) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  const std::shared_ptr<OpenStream> stream = found->second;
  LineSink& lines = *stream->exchange->lines();
  const auto deliver = [&handler = stream->handler](std::string_view line, size_t length) {
    if (line.size() == length) return handler.on_line(line);
    if (handler.on_long_line) handler.on_long_line(line);
  };
  if (lines.Deliver(kLinesPerMessage, deliver)) {
    post_([this, id] { DeliverLines(id); });
    return;
  }
  if (stream->outcome && streams_.contains(id)) {
    End(id, EndOf(*stream, *std::move(stream->outcome)));
  }
}

void ExchangeTable::Cancel(CallId id) {
  if (const auto call = calls_.find(id); call != calls_.end()) {
    const std::shared_ptr<HttpExchange> exchange = call->second.exchange;
    exchange->Stop();
    post_([this, id, exchange] { Reply(id, Cancelled(*exchange)); });
    return;
  }
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  OpenStream& stream = *found->second;
  stream.cancelled = true;
  stream.exchange->Stop();
  stream.exchange->lines()->Abort();
  post_([this, id] { End(id, {}); });
}

void ExchangeTable::EndStreams() {
  for (const auto& [id, stream] : streams_) {
    if (stream->cancelled || stream->exchange->status() != 200) continue;
    stream->ended = true;
    stream->exchange->Stop();
  }
}

void ExchangeTable::OnDeadline(CallId id) {
  OpenCall& call = calls_.at(id);
  call.timer = 0;
  const bool not_sent = call.exchange->Stop();
  Error error = GaveUp(*call.exchange, not_sent, "no answer within ", call.deadline);
  if (!not_sent) error.detail = ErrorDetail::kNoAnswer;
  Reply(id, std::move(error));
}

void ExchangeTable::OnSilence(CallId id) {
  OpenStream& stream = *streams_.at(id);
  LineSink& lines = *stream.exchange->lines();
  const MonotonicTime limit = lines.SilentSince() + stream.silence;
  if (stream.outcome || limit > clock_.Now()) {
    const MonotonicTime again = stream.outcome ? clock_.Now() + stream.silence : limit;
    stream.timer = timers_.At(again, [this, id] { OnSilence(id); });
    return;
  }
  stream.timer = 0;
  const bool not_sent = stream.exchange->Stop();
  lines.Abort();
  ExchangeOutcome outcome;
  outcome.status = stream.exchange->status();
  outcome.error = GaveUp(*stream.exchange, not_sent, "nothing received for ", stream.silence);
  End(id, EndOf(stream, std::move(outcome)));
}

void ExchangeTable::Reply(CallId id, Result<HttpResponse> result) {
  const auto found = calls_.find(id);
  if (found == calls_.end()) return;
  const OpenCall call = std::move(found->second);
  calls_.erase(found);
  timers_.Cancel(call.timer);
  call.reply(std::move(result));
}

void ExchangeTable::End(CallId id, StreamEnd end) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  const std::shared_ptr<OpenStream> stream = found->second;
  streams_.erase(found);
  timers_.Cancel(stream->timer);
  if (stream->cancelled) {
    end.status = stream->exchange->status();
    end.error = Cancelled(*stream->exchange);
  }
  stream->handler.on_end(std::move(end));
}

void ExchangeTable::StopAll() {
  for (auto& [id, call] : calls_) {
    call.exchange->Stop();
    timers_.Cancel(call.timer);
  }
  for (auto& [id, stream] : streams_) {
    stream->exchange->Stop();
    stream->exchange->lines()->Abort();
    timers_.Cancel(stream->timer);
  }
  calls_.clear();
  streams_.clear();
}

size_t ExchangeTable::waiting_bytes() const {
  size_t bytes = 0;
  for (const auto& [id, stream] : streams_) bytes += stream->exchange->lines()->bytes();
  return bytes;
}

size_t ExchangeTable::waiting_bytes_peak() const {
  size_t bytes = 0;
  for (const auto& [id, stream] : streams_) bytes += stream->exchange->lines()->bytes_peak();
  return bytes;
}

}  // namespace windlass
