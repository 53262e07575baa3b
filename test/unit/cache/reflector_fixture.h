// A reflector of ReplicaSets over a scripted transport, and a sink that records its calls:
//
//   begin · add a@5 · del a@5 · end 10 · END 10 (confirmed) · abandon · apply +a@6 ~a@7 -a@8 ·
//   add long a · apply long a · apply long -a · reset
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kubeclient/api/replica_set.h"
#include "kubeclient/cache/reflector.h"
#include "test/catch.h"
#include "test/unit/cache/informer_parts.h"
#include "test/unit/cache/wire.h"

namespace windlass {

class RecordingSink final : public ReflectorSink {
 public:
  explicit RecordingSink(Decoder& decoder) : decoder_(decoder) {}

  std::string heard;
  bool looks_like_a_mistake = false;  // what EndReplace returns if not confirmed (R-010)
  bool another_past = false;          // EndReplace returns that first of all (R-061)
  std::function<void()> on_end;       // called at the end of a replacement
  std::function<void()> on_reset;     // called at a reset

  int recoveries = 0;
  int told_forbidden = 0;
  int told_not_served = 0;

  // Returns what the sink has heard since the last call.
  std::string Take() { return std::exchange(heard, ""); }

 private:
  void Note(const std::string& word) { heard += (heard.empty() ? "" : " ") + word; }

  void BeginReplace() override { Note("begin"); }
  void AbandonReplace() override { Note("abandon"); }
  Status AddToReplace(std::string_view object_json, bool deleted) override {
    WINDLASS_TRY(const std::string object, Read(object_json));
    Note((deleted ? "del " : "add ") + object);
    return Unit{};
  }
  void AddLongToReplace(const std::optional<UnreadableObject>& object, bool deleted) override {
    const std::string name = object ? object->identity.key.name : "?";
    Note((deleted ? "del long " : "add long ") + name);
  }
  void ApplyLong(WatchEventType type, const UnreadableObject& object) override {
    Note((type == WatchEventType::kDeleted ? "apply long -" : "apply long ") +
         object.identity.key.name);
  }
  Replaced EndReplace(const ResourceVersion& version, bool confirmed) override {
    Note((confirmed ? "END " : "end ") + version.text);
    if (on_end) on_end();
    if (another_past) return Replaced::kOfAnotherPast;
    return confirmed || !looks_like_a_mistake ? Replaced::kDone : Replaced::kDoubtful;
  }
  Result<ResourceVersion> Apply(WatchEventType type, std::string_view object_json) override {
    WINDLASS_TRY(const std::string object, Read(object_json));
    const char* mark = type == WatchEventType::kAdded      ? "+"
                       : type == WatchEventType::kModified ? "~"
                                                           : "-";
    Note("apply " + (mark + object));
    return ResourceVersion{object.substr(object.find('@') + 1)};
  }

  void Reset() override {
    Note("reset");
    if (on_reset) on_reset();
  }
  void Recovered() override { ++recoveries; }
  void Forbidden() override { ++told_forbidden; }
  void NotServed() override { ++told_not_served; }

  Result<std::string> Read(std::string_view object_json) {
    WINDLASS_TRY(const ReplicaSet rs, DecodeReplicaSet(decoder_, object_json));
    return rs.meta.name + "@" + rs.meta.resource_version.text;
  }

  Decoder& decoder_;
};

// Keeps the messages of warnings, without their fields.
class WarningLog final : public Log {
 public:
  void Write(LogLevel level, std::string_view event, const LogFields&) override {
    if (level == LogLevel::kWarning) warnings.emplace_back(event);
  }
  bool Enabled(LogLevel) const override { return false; }
  auto Count(std::string_view event) const {
    return std::count(warnings.begin(), warnings.end(), event);
  }
  std::vector<std::string> warnings;
};

struct ReflectorFixture : InformerParts<ScriptedTransport, WarningLog> {
  RecordingSink sink{decoder};
  Reflector reflector{time,
                      random,
                      log,
                      time.timers(),
                      transport,
                      decoder,
                      ReflectorOptions{resources::kReplicaSets, "", "", false},
                      sink};

  const ReflectorCounters& counters() const { return reflector.counters(); }
  uint64_t Ends(const std::string& reason) const {
    const auto found = counters().watch_ends.find(reason);
    return found == counters().watch_ends.end() ? 0 : found->second;
  }

  // Watches from resourceVersion "10", with an empty store.
  void Sync() {
    reflector.Start();
    transport.Line(wire::InitialEventsEnd("10"));
    REQUIRE(reflector.state() == ReflectorState::kWatching);
    sink.Take();
  }
  // Has asked a server without watch lists for the first page.
  void StartListing() {
    reflector.Start();
    transport.Reply(422, wire::ApiStatus(422, "Invalid"));
    sink.Take();
  }
  void SyncByList() {
    StartListing();
    transport.Reply(200, wire::ListOf("10", {}));
    REQUIRE(reflector.state() == ReflectorState::kWatching);
    sink.Take();
  }

  // Lets time pass until the reflector asks for something; returns how long that took.
  Duration UntilAsked(Duration limit = seconds(3600)) {
    const MonotonicTime start = time.Now();
    while (!transport.busy() && time.timers().next() && time.Now() - start < limit) {
      time.Advance(*time.timers().next() - time.Now());
    }
    REQUIRE(transport.busy());
    return time.Now() - start;
  }

  // Returns the kind of the last request: "watchlist", "list" or "watch".
  std::string Asked() const {
    if (transport.Parameter("sendInitialEvents")) return "watchlist";
    return transport.Parameter("watch") ? "watch" : "list";
  }
  std::string Version() const { return transport.Parameter("resourceVersion").value_or("none"); }
};

}  // namespace windlass
