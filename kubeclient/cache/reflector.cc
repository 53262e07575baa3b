#include "kubeclient/cache/reflector.h"

#include <utility>

#include "kubeclient/cache/reflector_machine.h"

namespace windlass {

Reflector::Reflector(const Clock& clock, Random& random, Log& log, TimerQueue& timers,
                     Transport& transport, Decoder& decoder, ReflectorOptions options,
                     ReflectorSink& sink, ListGate* gate)
    : machine_(std::make_unique<ReflectorMachine>(clock, random, log, timers, transport, decoder,
                                                  std::move(options), sink, gate)) {}

Reflector::~Reflector() = default;

void Reflector::Start() { machine_->Start(); }
void Reflector::Stop() { machine_->Stop(); }
const ReflectorOptions& Reflector::options() const { return machine_->options_; }
void Reflector::Reset(std::string_view why) { machine_->Reset(why); }
void Reflector::TryNow(bool was_refused) { machine_->TryNow(was_refused); }
ReflectorState Reflector::state() const { return machine_->state_; }
const ReflectorCounters& Reflector::counters() const { return machine_->counters_; }
const std::string& Reflector::trouble() const { return machine_->trouble_; }
const ResourceVersion& Reflector::last_version() const { return machine_->last_version_; }
MonotonicTime Reflector::last_heard() const { return machine_->last_heard_; }
MonotonicTime Reflector::last_bookmark() const { return machine_->last_bookmark_; }
MonotonicTime Reflector::view_at() const { return machine_->view_at_; }
void Reflector::Relist() { machine_->Relist(); }
std::optional<Duration> Reflector::time_to_sync() const { return machine_->time_to_sync_; }
std::optional<MonotonicTime> Reflector::forbidden_since() const {
  return machine_->forbidden_since_;
}
std::optional<MonotonicTime> Reflector::not_served_since() const {
  return machine_->not_served_since_;
}

}  // namespace windlass
