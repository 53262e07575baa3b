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

Status FoldTable::Written(const QueueKey& key, const Request& request, const Reply& reply) {
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
  return Object(request, reply);
}

void FoldTable::Vanished(const QueueKey& key, const Request& request) {
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
