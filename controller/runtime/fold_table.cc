#include "controller/runtime/fold_table.h"

#include <utility>

namespace windlass {

// Sets folding() for as long as it lives.
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
  rows_.insert_or_assign(resource, std::move(row));
}

const FoldTable::Row* FoldTable::Find(const ResourceId& resource) const {
  const auto found = rows_.find(resource);
  return found != rows_.end() ? &found->second : nullptr;
}

Status FoldTable::Written(const QueueKey& key, const Request& request, const Reply& reply) {
  const Folding folding(*this, key);
  if (request.verb() != Verb::kDelete) return Object(request, reply);
  const Row* row = Find(request.resource());
  if (row != nullptr && row->deleted) row->deleted(request, reply.body);
  return Unit{};
}

Status FoldTable::Read(const QueueKey& key, const Request& request, const Reply& reply) {
  if (request.verb() == Verb::kList) return Unit{};
  const Folding folding(*this, key);
  return Object(request, reply);
}

void FoldTable::Vanished(const QueueKey& key, const Request& request) {
  if (request.verb() == Verb::kCreate) return;
  const Row* row = Find(request.resource());
  if (row == nullptr || !row->gone) return;
  const Folding folding(*this, key);
  row->gone(request.key(), request.uid());
}

Status FoldTable::Object(const Request& request, const Reply& reply) {
  const Row* row = Find(request.resource());
  return row != nullptr ? row->fold(request, reply.body) : Status(Unit{});
}

}  // namespace windlass
