// Interned strings: label keys, values, namespaces, owner names are repeated across thousands of
// objects; each text is kept once for as long as somebody refers to it.
//
// Core thread only (reference counts are not atomic). A Symbol made without a table works the same
// and simply does not share: tests and builders need no table.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace windlass {

class SymbolTable;

class Symbol {
 public:
  Symbol() = default;                                                  // the empty text
  Symbol(std::string_view text);                                       // NOLINT: implicit
  Symbol(const char* text) : Symbol(std::string_view(text)) {}         // NOLINT: implicit
  Symbol(const std::string& text) : Symbol(std::string_view(text)) {}  // NOLINT: implicit
  Symbol(const Symbol& other);
  Symbol(Symbol&& other) noexcept;
  Symbol& operator=(Symbol other) noexcept;
  ~Symbol();

  std::string_view text() const;
  operator std::string_view() const { return text(); }  // NOLINT: implicit
  bool empty() const { return text().empty(); }

  friend bool operator==(const Symbol& a, const Symbol& b) {
    return a.entry_ == b.entry_ || a.text() == b.text();
  }
  // A template, so that no other text is tempted to become a Symbol first.
  template <typename Text>
  requires std::convertible_to<const Text&, std::string_view> &&
      (!std::same_as<Text, Symbol>)friend bool
      operator==(const Symbol& a, const Text& b) {
    return a.text() == std::string_view(b);
  }
  friend bool operator<(const Symbol& a, const Symbol& b) { return a.text() < b.text(); }

 private:
  friend class SymbolTable;
  struct Entry;
  Entry* entry_ = nullptr;
};

// Must outlive every Symbol it made.
class SymbolTable {
 public:
  SymbolTable() = default;
  SymbolTable(const SymbolTable&) = delete;
  SymbolTable& operator=(const SymbolTable&) = delete;
  ~SymbolTable();

  Symbol Intern(std::string_view text);
  size_t size() const { return entries_.size(); }

 private:
  friend class Symbol;
  std::unordered_map<std::string_view, Symbol::Entry*> entries_;
};

}  // namespace windlass
