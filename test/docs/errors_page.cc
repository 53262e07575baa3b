#include "test/docs/errors_page.h"

#include <string>

namespace windlass {
namespace {

// Returns the text as code in a cell of a table: each of its lines by itself, and "|" escaped.
std::string Cell(const std::string& text) {
  std::string cell = "`";
  for (const char c : text) {
    if (c == '\n') {
      cell += "`<br>`";
    } else {
      if (c == '|') cell += '\\';
      cell += c;
    }
  }
  return cell + '`';
}

}  // namespace

std::vector<PageTable> ErrorTables(const std::vector<cli::ErrorSection>& sections) {
  std::vector<PageTable> tables;
  for (const cli::ErrorSection& section : sections) {
    std::string text = "| what it says | exit code | when, and what to do |\n|---|--:|---|\n";
    for (const cli::ErrorRow& row : section.rows) {
      text += "| " + Cell(row.text) + " | " + std::to_string(cli::Number(row.code)) + " | " +
              row.help + " |\n";
    }
    tables.push_back({std::string(section.title), std::move(text)});
  }
  return tables;
}

}  // namespace windlass
