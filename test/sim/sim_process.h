// What one simulated process of Windlass has: clock, timers, random numbers, log, decoder and
// network. Destroying it is a crash: none of its code runs any more, but requests it sent are still
// delivered.
#pragma once

#include <cstdint>
#include <string>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/symbol.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/random.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/cache/informer.h"
#include "test/sim/api_server.h"
#include "test/sim/sim_loop.h"
#include "test/sim/sim_transport.h"

namespace windlass::sim {

// So few that most lists take several turns of the loop.
inline constexpr size_t kAppliedInOneTurn = 2;

// Writes log lines into the trace, so that a failure's report shows what the process thought.
class TraceLog final : public Log {
 public:
  TraceLog(Trace& trace, std::string actor) : trace_(trace), actor_(std::move(actor)) {}
  void Write(LogLevel level, std::string_view event, const LogFields& fields) override;
  bool Enabled(LogLevel level) const override { return trace_.on() && level != LogLevel::kDebug; }

 private:
  Trace& trace_;
  std::string actor_;
};

class SimProcess {
 public:
  // Must be destroyed after everything that was built on it, and not from one of its own timers: a
  // crash is a timer of the world.
  SimProcess(ApiServer& server, uint64_t seed, SimTransportOptions network);
  ~SimProcess();
  SimProcess(const SimProcess&) = delete;
  SimProcess& operator=(const SimProcess&) = delete;

  // Returns the environment for informers and controllers.
  InformerEnvironment environment();

  const Clock& clock();
  TimerQueue& timers() { return timers_; }
  Random& random() { return random_; }
  Log& log() { return log_; }
  Decoder& decoder() { return decoder_; }
  SimTransport& transport() { return transport_; }

 private:
  SimLoop& loop_;
  const LocalClock* const clock_;  // null: the world's
  SymbolTable symbols_;            // before the timers, whose callbacks may hold symbols
  TimerQueue timers_;
  Random random_;
  TraceLog log_;
  Decoder decoder_;
  SimTransport transport_;
};

}  // namespace windlass::sim
