#include "test/sim/sim_process.h"

namespace windlass::sim {

void TraceLog::Write(LogLevel level, std::string_view event, const LogFields& fields) {
  if (Enabled(level)) {
    trace_.Note(actor_, FormatLogLine(LogFormat::kText, level, event, fields));
  }
}

SimProcess::SimProcess(ApiServer& server, uint64_t seed, SimTransportOptions network)
    : loop_(server.loop()),
      clock_(network.clock),
      random_(seed),
      log_(server.loop().trace(), network.actor),
      decoder_(symbols_),
      transport_(server, timers_, Random(seed ^ 0x9E3779B97F4A7C15ULL), network) {
  loop_.Attach(timers_, clock_);
}

SimProcess::~SimProcess() { loop_.Detach(timers_); }

const Clock& SimProcess::clock() {
  if (clock_ != nullptr) return *clock_;
  return loop_.clock();
}

InformerEnvironment SimProcess::environment() {
  InformerEnvironment environment{clock(), random_, log_, timers_, transport_, decoder_};
  environment.applied_in_one_turn = kAppliedInOneTurn;
  return environment;
}

}  // namespace windlass::sim
