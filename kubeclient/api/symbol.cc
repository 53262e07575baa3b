#include "kubeclient/api/symbol.h"

#include <utility>

#include "kubeclient/base/assert.h"

namespace windlass {

// One text and its reference count. The empty text has no entry.
struct Symbol::Entry {
  std::string text;
  size_t references = 1;
  SymbolTable* table = nullptr;  // null: Symbol(text) made it, without a table
};

Symbol::Symbol(std::string_view text) {
  if (!text.empty()) entry_ = new Entry{std::string(text)};
}

Symbol::Symbol(const Symbol& other) : entry_(other.entry_) {
  if (entry_ != nullptr) ++entry_->references;
}

Symbol::Symbol(Symbol&& other) noexcept : entry_(std::exchange(other.entry_, nullptr)) {}

Symbol& Symbol::operator=(Symbol other) noexcept {
  std::swap(entry_, other.entry_);
  return *this;
}

Symbol::~Symbol() {
  if (entry_ == nullptr || --entry_->references > 0) return;
  if (SymbolTable* table = entry_->table) {
    table->entries_.erase(entry_->text);
    table->text_bytes_ -= entry_->text.size();
  }
  delete entry_;
}

std::string_view Symbol::text() const {
  return entry_ == nullptr ? std::string_view() : std::string_view(entry_->text);
}

SymbolTable::~SymbolTable() { WL_ASSERT(entries_.empty()); }

Symbol SymbolTable::Intern(std::string_view text) {
  const auto found = entries_.find(text);
  if (found != entries_.end()) {
    Symbol shared;
    shared.entry_ = found->second;
    ++shared.entry_->references;
    return shared;
  }
  Symbol fresh(text);
  if (fresh.entry_ != nullptr) {
    fresh.entry_->table = this;
    entries_.emplace(fresh.entry_->text, fresh.entry_);
    text_bytes_ += text.size();
  }
  return fresh;
}

}  // namespace windlass
