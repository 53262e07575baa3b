// Interned texts and the maps made of them.
#include "kubeclient/api/symbol.h"

#include <string>
#include <utility>

#include "kubeclient/api/string_map.h"
#include "test/catch.h"
#include "test/property.h"

namespace windlass::symbol_test {
namespace {

TEST_CASE("a text interned twice is kept once, and only while somebody refers to it") {
  SymbolTable table;
  {
    const Symbol first = table.Intern("web");
    const Symbol second = table.Intern(std::string("we") + "b");
    CHECK(first.text().data() == second.text().data());
    CHECK(table.size() == 1);

    Symbol copy = first;
    const Symbol moved = std::move(copy);
    CHECK(moved == "web");
    CHECK(copy.empty());  // NOLINT: a moved-from Symbol is the empty text
  }
  CHECK(table.size() == 0);
}

TEST_CASE("an assigned Symbol lets go of its old text") {
  SymbolTable table;
  Symbol symbol = table.Intern("old");
  symbol = table.Intern("new");
  CHECK(table.size() == 1);
  const Symbol& itself = symbol;
  symbol = itself;
  CHECK(symbol == "new");
  symbol = Symbol();
  CHECK(table.size() == 0);
}

TEST_CASE("Symbols compare by text, whether they come from a table or not") {
  SymbolTable table;
  const Symbol interned = table.Intern("a");
  const std::string text = "a";
  CHECK(interned == Symbol("a"));
  CHECK(interned == text);
  CHECK("a" == interned);
  CHECK(interned != "b");
  CHECK(interned < Symbol("b"));
  CHECK(table.Intern("").empty());
  CHECK(table.Intern("") == Symbol());
  CHECK(table.size() == 1);
}

TEST_CASE("a StringMap is sorted by key, whatever the order of insertion; the last value counts") {
  const StringMap map{{"b", "2"}, {"a", "1"}, {"c", "3"}, {"b", "4"}};
  CHECK(map == StringMap{{"a", "1"}, {"b", "4"}, {"c", "3"}});
  CHECK(map.size() == 3);
  CHECK(map.begin()->first == "a");
  CHECK(map.Find("b") == "4");
  CHECK_FALSE(map.Find("").has_value());
  CHECK_FALSE(map.Has("d"));
}

TEST_CASE("an empty value is a value (D-163)") {
  const StringMap map{{"key", ""}};
  CHECK(map.Find("key") == "");
  CHECK(map != StringMap{});
}

TEST_CASE("a StringMap behaves like a map of strings") {
  CheckProperty("against std::map", [](const std::vector<std::pair<uint8_t, uint8_t>>& steps) {
    StringMap map;
    std::map<std::string, std::string> reference;
    for (const auto& [key_byte, value_byte] : steps) {
      const std::string key = std::to_string(key_byte % 16);
      if (value_byte % 4 == 0) {
        map.Erase(key);
        reference.erase(key);
      } else {
        map.Set(key, std::to_string(value_byte));
        reference[key] = std::to_string(value_byte);
      }
    }
    RC_ASSERT(map.size() == reference.size());
    auto expected = reference.begin();
    for (const auto& [key, value] : map) {
      RC_ASSERT(key == expected->first);
      RC_ASSERT(value == expected->second);
      ++expected;
    }
  });
}

}  // namespace
}  // namespace windlass::symbol_test
