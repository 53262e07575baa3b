// The store against a model of all its input: an API server with a history, a watch that lags,
// replies that come late and out of order, relists at any version that the server may serve.
//
// In every order of events: the store ends up equal to the server, none of our writes disappears
// again, and handlers have seen exactly what is there.
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "kubeclient/cache/store.h"
#include "test/property.h"
#include "test/unit/cache/thing.h"

namespace windlass::store_property_test {
namespace {

using State = std::map<std::string, Thing>;  // by name

int Version(const Thing& thing) { return std::stoi(thing.meta.resource_version.text); }

class World {
 public:
  World() {
    store_.OnChange([this](const Change<Thing>& change) { Mirror(change); });
  }

  // Does one step; `choice` decides which, and on which object.
  void Step(uint32_t choice) {
    const std::string name(1, static_cast<char>('a' + choice / 16 % 3));
    const uint32_t more = choice / 64;
    switch (choice % 16) {
      case 0:
      case 1: return SomebodyWrites(name);
      case 2: return SomebodyDeletes(name);
      case 3: return WeCreate(name);
      case 4:
      case 5: return WeUpdate(name);
      case 6:
      case 7: return WeDelete(name);
      case 8: return WeRead(name);
      case 9:
      case 10:
      case 11: return DeliverEvent();
      case 12:
      case 13:
      case 14: return DeliverReply(more);
      default: return more % 2 == 0 ? Relist(more / 2) : ApplySlice();
    }
  }

  void DeliverEverything(uint32_t choice) {
    while (pending_) ApplySlice();
    while (delivered_ < history_.size() || !replies_.empty()) {
      choice = choice * 1664525U + 1013904223U;
      if (!replies_.empty() && (delivered_ == history_.size() || choice % 3 == 0)) {
        DeliverReply(choice >> 8U);
      } else {
        DeliverEvent();
      }
      CheckAlways();
    }
  }

  void CheckAlways() const {
    std::map<std::string, std::string> held;
    store_.ForEach([&](const Thing& thing) {
      held[thing.meta.name] = Spell(thing);
      RC_ASSERT(!deleted_.contains(thing.meta.uid));
      const auto written = written_.find(thing.meta.uid);
      RC_ASSERT((written == written_.end() || Version(thing) >= written->second));
    });
    RC_ASSERT(held == mirror_);
  }

  void CheckConverged() const {
    std::map<std::string, std::string> real;
    for (const auto& [name, thing] : server_) real[name] = Spell(thing);
    RC_ASSERT(mirror_ == real);
    RC_ASSERT(store_.tombstones() == 0U);
  }

 private:
  struct Event {
    bool deletion = false;
    Thing thing;
  };
  struct Reply {
    bool gone = false;  // a DELETE succeeded, or a read found nothing
    Thing thing;
  };

  // --- the server; the n-th event of its history has version n + 1 ---

  Thing Record(bool deletion, Thing thing) {
    thing.meta.resource_version.text = std::to_string(history_.size() + 1);
    history_.push_back({deletion, thing});
    if (deletion) {
      server_.erase(thing.meta.name);
    } else {
      server_.insert_or_assign(thing.meta.name, thing);
    }
    return thing;
  }
  Thing Create(const std::string& name) { return Record(false, MakeThing(name, ++last_uid_, "")); }
  State StateAt(size_t version) const {
    State state;
    for (size_t i = 0; i < version; ++i) {
      const Event& event = history_[i];
      if (event.deletion) {
        state.erase(event.thing.meta.name);
      } else {
        state.insert_or_assign(event.thing.meta.name, event.thing);
      }
    }
    return state;
  }

  // --- others ---

  void SomebodyWrites(const std::string& name) {
    const auto found = server_.find(name);
    found == server_.end() ? Create(name) : Record(false, found->second);
  }
  void SomebodyDeletes(const std::string& name) {
    const auto found = server_.find(name);
    if (found != server_.end()) Record(true, found->second);
  }

  // --- we, with preconditions on what we hold ---

  // Returns what the server has if it is exactly what we hold; otherwise it would refuse our write.
  std::optional<Thing> Accepted(const std::string& name) const {
    const Thing* held = store_.Find(KeyNamed(name));
    const auto real = server_.find(name);
    if (held == nullptr || real == server_.end()) return std::nullopt;
    if (Spell(*held) != Spell(real->second)) return std::nullopt;
    return real->second;
  }

  void WeCreate(const std::string& name) {
    if (!server_.contains(name)) replies_.push_back({false, Create(name)});
  }
  void WeUpdate(const std::string& name) {
    const auto accepted = Accepted(name);
    if (accepted) replies_.push_back({false, Record(false, *accepted)});
  }
  void WeDelete(const std::string& name) {
    const auto accepted = Accepted(name);
    if (accepted) replies_.push_back({true, Record(true, *accepted)});
  }
  void WeRead(const std::string& name) {
    const auto real = server_.find(name);
    const Thing* held = store_.Find(KeyNamed(name));
    if (real != server_.end()) {
      replies_.push_back({false, real->second});
    } else if (held != nullptr) {
      replies_.push_back({true, *held});
    }
  }

  // --- what arrives ---

  void DeliverEvent() {
    if (delivered_ == history_.size()) return;
    const Event& event = history_[delivered_++];
    const ObjectMeta& meta = event.thing.meta;
    if (event.deletion) {
      store_.ApplyDelete(KeyOf(meta), meta.uid, meta.resource_version);
    } else {
      store_.Apply(event.thing);
    }
    if (pending_) store_.NoteShown(KeyOf(meta), *pending_);
  }

  void DeliverReply(uint32_t which) {
    if (replies_.empty()) return;
    const auto chosen = replies_.begin() + static_cast<std::ptrdiff_t>(which % replies_.size());
    const Reply reply = *chosen;
    replies_.erase(chosen);
    const Uid& uid = reply.thing.meta.uid;
    if (pending_) store_.ReplaceOf(KeyOf(reply.thing.meta), *pending_);
    if (reply.gone) {
      store_.FoldDelete(KeyOf(reply.thing.meta), uid);
      deleted_.insert(uid);
    } else {
      store_.Fold(reply.thing);
      written_[uid] = std::max(written_[uid], Version(reply.thing));
    }
  }

  // Begins a relist at a version not older than what the watch has sent, otherwise at any
  // version. Other steps may come between its slices of one object each.
  void Relist(uint32_t which) {
    while (pending_) ApplySlice();
    const size_t version = delivered_ + which % (history_.size() - delivered_ + 1);
    if (version == 0) return;
    std::vector<Thing> things;
    for (const auto& [name, thing] : StateAt(version)) things.push_back(thing);
    pending_ = Replacement<Thing>{ListingOf(things), {}, {std::to_string(version)}};
    delivered_ = version;
    ApplySlice();
  }
  void ApplySlice() {
    if (pending_ && store_.ReplaceSome(*pending_, 1)) pending_.reset();
  }

  void Mirror(const Change<Thing>& change) {
    const Thing* before = change.old_object;
    const Thing* now = change.new_object;
    const std::string& name = (before != nullptr ? before : now)->meta.name;
    const auto found = mirror_.find(name);
    RC_ASSERT((before != nullptr) == (found != mirror_.end()));
    RC_ASSERT((before == nullptr || found->second == Spell(*before)));
    RC_ASSERT((before == nullptr || now == nullptr || before->meta.uid == now->meta.uid));
    if (now == nullptr) {
      mirror_.erase(name);
    } else {
      mirror_[name] = Spell(*now);
    }
  }

  State server_;
  std::vector<Event> history_;
  std::vector<Reply> replies_;
  size_t delivered_ = 0;
  int last_uid_ = 0;

  Store<Thing> store_;
  std::optional<Replacement<Thing>> pending_;  // a relist that is under way
  std::map<std::string, std::string> mirror_;
  std::map<Uid, int> written_;  // of each uid, the newest version in a reply
  std::set<Uid> deleted_;       // uids that a reply showed to be gone
};

TEST_CASE("any interleaving of events, replies and relists ends in the server's state (R-039)") {
  CheckProperty("store equals model", [] {
    // Full size from the first case on: small cases would repeat the same few steps.
    const auto choices =
        *rc::gen::resize(100, rc::gen::nonEmpty(rc::gen::container<std::vector<uint32_t>>(
                                  rc::gen::inRange<uint32_t>(0, 1U << 20U))));
    World world;
    for (const uint32_t choice : choices) {
      world.Step(choice);
      world.CheckAlways();
    }
    world.DeliverEverything(choices.front());
    world.CheckConverged();
  });
}

}  // namespace
}  // namespace windlass::store_property_test
