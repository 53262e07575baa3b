#include "test/sim/object_store.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "kubeclient/base/assert.h"

namespace windlass::sim {
namespace {

bool Within(const StoreKey& key, const ResourceId& resource, const std::string& namespace_) {
  return key.resource == resource && (namespace_.empty() || key.namespace_ == namespace_);
}

Object WithRevision(Json object, uint64_t revision) {
  object["metadata"]["resourceVersion"] = std::to_string(revision);
  return MakeObject(std::move(object));
}

}  // namespace

Object ObjectStore::Find(const StoreKey& key) const {
  const auto found = objects_.find(key);
  return found == objects_.end() ? nullptr : found->second;
}

std::vector<Object> ObjectStore::List(const ResourceId& resource,
                                      const std::string& namespace_) const {
  std::vector<Object> list;
  for (auto at = objects_.lower_bound({resource, namespace_, ""}); at != objects_.end(); ++at) {
    if (!Within(at->first, resource, namespace_)) break;
    list.push_back(at->second);
  }
  return list;
}

std::map<StoreKey, Object> ObjectStore::ListAt(const ResourceId& resource,
                                               const std::string& namespace_,
                                               uint64_t revision) const {
  WL_ASSERT(revision >= compacted_);
  std::map<StoreKey, Object> state;
  for (const auto& [key, object] : objects_) {
    if (Within(key, resource, namespace_)) state.emplace(key, object);
  }
  for (auto change = history_.rbegin(); change != history_.rend(); ++change) {
    if (change->revision <= revision) break;
    if (!Within(change->key, resource, namespace_)) continue;
    if (change->before == nullptr) {
      state.erase(change->key);
    } else {
      state[change->key] = change->before;
    }
  }
  return state;
}

std::vector<const Change*> ObjectStore::ChangesAfter(const ResourceId& resource,
                                                     uint64_t revision) const {
  std::vector<const Change*> later;
  for (const Change& change : history_) {
    if (change.revision > revision && change.key.resource == resource) later.push_back(&change);
  }
  return later;
}

const std::string& ObjectStore::TextOf(const Object& object) const {
  for (const Text& known : texts_) {
    if (known.object == object) return known.text;
  }
  Text& text = texts_[next_text_++ % texts_.size()];
  text = {object, ServerText(*object)};
  return text.text;
}

MonotonicTime ObjectStore::TimeAfter(uint64_t revision, MonotonicTime now) const {
  const uint64_t next = std::max(revision, kFirstRevision) - kFirstRevision;
  return next < times_.size() ? times_[next] : now;
}

uint64_t ObjectStore::RevisionAt(MonotonicTime time) const {
  for (auto change = history_.rbegin(); change != history_.rend(); ++change) {
    if (change->at <= time) return change->revision;
  }
  return compacted_;
}

Object ObjectStore::Commit(const StoreKey& key, std::optional<Json> object, MonotonicTime at,
                           std::string actor, std::string request, uint64_t shown) {
  Change change;
  change.key = key;
  change.before = Find(key);
  change.revision = ++revision_;
  change.at = at;
  change.actor = std::move(actor);
  change.request = std::move(request);
  change.shown = shown;
  change.seen = sender_.seen;
  change.shown_of = sender_.shown_of;
  change.late = sender_.late;
  if (object) {
    change.after = WithRevision(std::move(*object), revision_);
    objects_[key] = change.after;
  } else {
    WL_ASSERT(change.before != nullptr);
    change.last_state = WithRevision(*change.before, revision_);
    objects_.erase(key);
  }
  history_.push_back(change);
  times_.push_back(at);
  for (const auto& listener : listeners_) listener(change);
  return change.after != nullptr ? change.after : change.last_state;
}

void ObjectStore::Compact(MonotonicTime now) {
  size_t old = 0;
  while (old < history_.size() && now - history_[old].at > kHistoryKept) ++old;
  Forget(old);
}

void ObjectStore::PutBack(Backup backup) {
  objects_ = std::move(backup.objects);
  history_ = std::move(backup.history);
  revision_ = backup.revision;
  times_.resize(revision_ - kFirstRevision);
  compacted_ = backup.compacted;
}

void ObjectStore::Forget(size_t count) {
  for (; count > 0; --count) {
    compacted_ = history_.front().revision;
    history_.pop_front();
  }
}

}  // namespace windlass::sim
