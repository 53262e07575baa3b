// Interned strings: each text is stored once, and is freed when no Symbol refers to it any more.
//
// Core thread only, because reference counts are not atomic. A Symbol that is made without a table,
// as in tests and builders, shares its text only with its own copies.
#pragma once

#include <concepts>
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
  // This is a template, so that a comparison with a text does not first convert the text to a
  // Symbol.
  template <typename Text>
    requires std::convertible_to<const Text&, std::string_view> && (!std::same_as<Text, Symbol>)
  friend bool operator==(const Symbol& a, const Text& b) {
    return a.text() == std::string_view(b);
  }
  friend bool operator<(const Symbol& a, const Symbol& b) { return a.text() < b.text(); }

 private:
  friend class SymbolTable;
  struct Entry;
  Entry* entry_ = nullptr;
};

// A SymbolTable must outlive every Symbol that it made.
class SymbolTable {
 public:
  // The bytes of memory that one text takes in addition to its own bytes: an entry, its node in the
  // map and its share of the buckets, as allocated.
  static constexpr size_t kBytesOfEntry = 144;

  SymbolTable() = default;
  SymbolTable(const SymbolTable&) = delete;
  SymbolTable& operator=(const SymbolTable&) = delete;
  ~SymbolTable();

  Symbol Intern(std::string_view text);
  size_t size() const { return entries_.size(); }
  // Returns about how many bytes of memory the texts take.
  size_t bytes() const { return text_bytes_ + entries_.size() * kBytesOfEntry; }

 private:
  friend class Symbol;
  std::unordered_map<std::string_view, Symbol::Entry*> entries_;
  size_t text_bytes_ = 0;
};

}  // namespace windlass
