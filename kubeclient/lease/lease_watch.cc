#include "kubeclient/lease/lease_watch.h"

#include <utility>

#include "kubeclient/cache/reflector_times.h"

namespace windlass {

LeaseWatch::LeaseWatch(const Clock& clock, Random& random, TimerQueue& timers, Transport& transport,
                       LeaseName name, Seen seen)
    : clock_(clock),
      random_(random),
      timers_(timers),
      transport_(transport),
      name_(std::move(name)),
      seen_(std::move(seen)),
      back_off_(random) {}

LeaseWatch::~LeaseWatch() { Stop(); }

void LeaseWatch::Start() {
  if (std::exchange(running_, true)) return;
  Open();
}

void LeaseWatch::Stop() {
  running_ = false;
  timers_.Cancel(again_);
  Close();
}

void LeaseWatch::Close() {
  stream_lifetime_.End();
  if (const CallId open = std::exchange(call_, 0)) transport_.Cancel(open);
}

void LeaseWatch::Open() {
  heard_ = false;
  stream_lifetime_.End();
  StreamHandler handler;
  handler.on_line = stream_lifetime_.Guard([this](std::string_view line) { OnLine(line); });
  handler.on_end = stream_lifetime_.Guard([this](const StreamEnd&) { OnEnd(); });
  const Duration timeout = random_.Between(kWatchTimeoutLow, kWatchTimeoutHigh);
  call_ = transport_.Stream(WatchLease(name_, std::chrono::duration_cast<seconds>(timeout)),
                            std::move(handler));
}

void LeaseWatch::OnLine(std::string_view line) {
  const Result<std::optional<Lease>> lease = ParseLeaseEvent(line, name_);
  if (!lease.ok()) {
    Close();
    return OnEnd();
  }
  heard_ = true;
  seen_(*lease);
}

// After a stream that brought a readable event, the next stream follows within kWatchAgainJitter.
// After any other stream, the next stream waits for the back-off. The candidate reads the Lease
// meanwhile.
void LeaseWatch::OnEnd() {
  call_ = 0;
  const Duration wait = heard_ ? random_.Between(Duration{0}, kWatchAgainJitter)
                               : back_off_.Next(clock_.Now(), kForbiddenBackOffMax);
  again_ = timers_.At(clock_.Now() + wait, [this] { Open(); });
}

}  // namespace windlass
