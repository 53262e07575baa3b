#include "controller/runtime/fold_table.h"

#include <utility>

namespace windlass {

// While a Folding exists, folding() returns its key.
class FoldTable::Folding {
 public:
  Folding(FoldTable& table, const QueueKey& key) : table_(table) { table_.folding_ = key; }
  ~Folding() { table_.folding_.reset(); }
  Folding(const Folding&) = delete;
  Folding& operator=(const Folding&) = delete;

 private:
  FoldTable& table_;
};

void FoldTable::Add(const ResourceId& resource, Row row) {
  rows_[resource].push_back(std::move(row));
}

const std::vector<FoldTable::Row>& FoldTable::RowsOf(const ResourceId& resource) const {
  static const std::vector<Row> kNone;
  const auto found = rows_.find(resource);
  return found != rows_.end() ? found->second : kNone;
}

void FoldTable::Sending(const QueueKey& key, const Request& write) {
  under_way_.insert_or_assign(key, Target{write.resource(), write.key()});
}

std::vector<ObjectKey> FoldTable::UnderWay(const ResourceId& resource,
                                           const Symbol& namespace_) const {
  std::vector<ObjectKey> objects;
  const QueueKey first{{namespace_, ""}};
  for (auto it = under_way_.lower_bound(first); it != under_way_.end(); ++it) {
    const auto& [key, target] = *it;
    if (!(key.namespace_ == namespace_)) break;
    if (target.was_read && !MayArrive()) continue;
    if (target.resource == resource) objects.push_back(target.object);
  }
  return objects;
}

Status FoldTable::Written(const QueueKey& key, const Request& request, const Reply& reply) {
  Status folded = FoldWrite(key, request, reply);
  if (folded.ok()) under_way_.erase(key);
  return folded;
}

Status FoldTable::FoldWrite(const QueueKey& key, const Request& request, const Reply& reply) {
  // The reply to the creation of a subresource, such as an eviction, contains a Status and not the
  // object. The watch will show what became of the Pod.
  if (request.verb() == Verb::kCreateSubresource) return Unit{};
  const Folding folding(*this, key);
  if (request.verb() != Verb::kDelete) return Object(request, reply);
  for (const Row& row : RowsOf(request.resource())) {
    if (row.deleted) row.deleted(request, reply.body);
  }
  return Unit{};
}

Status FoldTable::Read(const QueueKey& key, const Request& request, const Reply& reply) {
  const Verb verb = request.verb();
  // A list is not folded, because only the sync that asked for the list uses it. A dry run is not
  // folded, because the object in its reply does not exist.
  if (verb == Verb::kList || verb == Verb::kDryRunCreate) return Unit{};
  const Folding folding(*this, key);
  Status folded = Object(request, reply);
  if (folded.ok()) NoteRead(key);
  return folded;
}

// Call after an uncached read for `key`: the key's write then counts as read. Removes the entries
// of all writes that were read, but only once no write may arrive any more: a read cannot show what
// a write does that arrives after it.
void FoldTable::NoteRead(const QueueKey& key) {
  const auto found = under_way_.find(key);
  if (found != under_way_.end()) found->second.was_read = true;
  if (MayArrive()) return;
  std::erase_if(under_way_, [](const auto& entry) { return entry.second.was_read; });
}

void FoldTable::Vanished(const QueueKey& key, const Request& request) {
  under_way_.erase(key);
  if (request.verb() == Verb::kCreate) return;
  const Folding folding(*this, key);
  for (const Row& row : RowsOf(request.resource())) {
    if (row.gone) row.gone(request.key(), request.uid());
  }
}

// Every store gets the reply, even if another store could not decode it. Returns the first error.
Status FoldTable::Object(const Request& request, const Reply& reply) {
  Status folded = Unit{};
  for (const Row& row : RowsOf(request.resource())) {
    Status one = row.fold(request, reply.body);
    if (folded.ok()) folded = std::move(one);
  }
  return folded;
}

}  // namespace windlass
