// A leader term over a client in virtual time (fake_transport.h), with a planned controller.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/runtime/term.h"
#include "kubeclient/base/random.h"
#include "test/support/planned_controller.h"
#include "test/support/recording_log.h"
#include "test/unit/client/fake_transport.h"

namespace windlass {

inline const QueueKey kWeb{{"shop", "web"}};

// A term of a controller that patches web once in each sync.
struct TermWorld : ClientWorld {
  TermWorld() : ClientWorld({.qps = 0}) {
    controller.objects[kWeb] = *Uid::Parse(kUid);
    controller.plan = [this](const ObjectKey&, const Learned& learned) -> Step {
      if (!learned.empty()) return Wait{};
      return Write{
          .request = PatchOf("web"), .because = {Decision{"a test"}, {}}, .patience = patience};
    };
  }
  void Begin(std::optional<std::string> taken_over_as = std::nullopt) {
    term.emplace(SyncEnvironment{clock, log, client, events, folds, controllers, timers}, random,
                 timers, syncs_max, counters, std::move(taken_over_as));
  }
  void Look() {
    term->Add(kWeb, Wake::kObjectChange);
    Advance(Duration{0});
  }
  HttpMethod LastMethod() const { return transport.sent.back().method; }

  Random random{1};
  RecordingLog log;
  EventRecorder events{clock, log, client};
  FoldTable folds;
  PlannedController controller;
  const std::vector<Controller*> controllers = {&controller};
  ControllerCounters counters;
  Duration patience{0};
  int syncs_max = 2;
  std::optional<Term> term;
};

}  // namespace windlass
