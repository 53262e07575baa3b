#include "cmd/kubectl-windlass/parse.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <set>
#include <string_view>

#include "cmd/kubectl-windlass/flags.h"

namespace windlass::cli {
namespace {

const CLI::App* CommandIn(const Parser& parser, const std::string& command) {
  for (const CLI::App* one : parser.app->get_subcommands(nullptr)) {
    if (one->get_name() == command) return one;
  }
  return nullptr;
}

// Returns the option that `flag`, such as "-n" or "--namespace", names. Looks among the options of
// the program, then among those of every command. Returns null if there is none.
const CLI::Option* AnyOption(const CLI::App& app, const std::string& flag) {
  if (const CLI::Option* option = app.get_option_no_throw(flag)) return option;
  for (const CLI::App* command : app.get_subcommands(nullptr)) {
    if (const CLI::Option* option = command->get_option_no_throw(flag)) return option;
  }
  return nullptr;
}

bool NeedsValue(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

// Returns true if `argument` is a flag whose value is the next argument. The flag may be one of the
// program or of any command. Examples: true for "-n" and "-f"; false for "-n=shop", which has its
// value already, and for "-w", which needs no value.
bool TakesNext(const CLI::App& app, const std::string& argument) {
  if (!argument.starts_with('-') || argument.find('=') != argument.npos) return false;
  const CLI::Option* option = AnyOption(app, argument);
  return option != nullptr && NeedsValue(*option);
}

// Returns the first argument that is neither a flag nor the value of a flag; "" if there is none.
// Example: for "-f web.yaml stauts", returns "stauts".
std::string FirstWord(const CLI::App& app, const std::vector<std::string>& arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (!arguments[i].starts_with('-')) return arguments[i];
    if (TakesNext(app, arguments[i])) ++i;
  }
  return "";
}

// Returns the error text for a command line without a command, or with an unknown command.
std::string NoSuchCommand(const CLI::App& app, const std::vector<std::string>& arguments) {
  const std::string word = FirstWord(app, arguments);
  std::string text = word.empty() ? "no command given:" : "no command \"" + word + "\":";
  text += " the commands are ";
  const std::vector<Described> commands = Commands();
  for (size_t i = 0; i < commands.size(); ++i) text += (i == 0 ? "" : ", ") + commands[i].name;
  return text;
}

// Returns the help of the chosen command, followed by the flags that all commands share. If no
// command was chosen, returns the help of the program.
std::string HelpOf(const CLI::App& app) {
  std::string help = app.help();
  if (app.get_subcommands().empty()) return help;
  std::vector<const CLI::Option*> shared;
  for (const CLI::Option* option : app.get_options()) {
    if (option != app.get_help_ptr()) shared.push_back(option);
  }
  return help + CLI::Formatter().make_group("Flags of every command", false, shared);
}

// Rewrites the arguments so that CLI11 reads them as kubectl does:
//   - "-n=shop" becomes "--namespace=shop"
//   - "--namespace=" becomes "--namespace" and an empty argument. Otherwise CLI11 would take the
//     next argument as the value
std::vector<std::string> Normalized(const CLI::App& app,
                                    const std::vector<std::string>& arguments) {
  std::vector<std::string> normalized;
  for (const std::string& argument : arguments) {
    const size_t equals = argument.find('=');
    const bool flag = argument.starts_with('-') && equals != argument.npos;
    const CLI::Option* option = flag ? AnyOption(app, argument.substr(0, equals)) : nullptr;
    if (option == nullptr) {
      normalized.push_back(argument);
    } else if (equals + 1 == argument.size() && option->get_items_expected_max() > 0) {
      normalized.push_back(argument.substr(0, equals));
      normalized.emplace_back();
    } else {
      const bool is_short = !argument.starts_with("--") && !option->get_lnames().empty();
      const std::string name =
          is_short ? "--" + option->get_lnames().front() : argument.substr(0, equals);
      normalized.push_back(name + argument.substr(equals));
    }
  }
  return normalized;
}

// kubectl accepts a command after flags, and "help" as a command. CLI11 does not, so this function
// moves the command before the flags, and turns "help undo" into "undo --help".
void MoveCommandFirst(const Parser& parser, std::vector<std::string>& arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument.starts_with('-')) {
      if (TakesNext(*parser.app, argument)) ++i;
      continue;
    }
    if (argument == "help") {
      arguments.erase(arguments.begin() + static_cast<std::ptrdiff_t>(i));
      const bool of_none = i < arguments.size() && !arguments[i].starts_with('-') &&
                           CommandIn(parser, arguments[i]) == nullptr;
      if (!of_none) arguments.emplace_back("--help");
      return;
    }
    if (CommandIn(parser, argument) == nullptr) return;
    const auto at = arguments.begin() + static_cast<std::ptrdiff_t>(i);
    std::rotate(arguments.begin(), at, at + 1);
    return;
  }
}

// --- what is wrong with a command line ---
//
// This program writes its own texts, because those of CLI11 name neither the command nor what to
// write instead.

// Returns a text about the first of the user's `arguments` that CLI11 could not place (`extras`).
// Examples: "status has no flag --frob", "version takes no argument \"web\"". Returns nullopt if no
// element of `extras` is exactly what the user typed. Examples:
//   - "version -f=x": Normalized makes it "--filename=x"
//   - "status -wq": CLI11 takes -w, and refuses -q
std::optional<std::string> UnexpectedText(const CLI::App& command,
                                          const std::vector<std::string>& extras,
                                          const std::vector<std::string>& arguments) {
  const auto first = std::ranges::find_if(arguments, [&](const std::string& argument) {
    return std::ranges::find(extras, argument) != extras.end();
  });
  if (first == arguments.end()) return std::nullopt;
  if (first->starts_with('-')) return command.get_name() + " has no flag " + *first;
  return command.get_name() + " takes no argument \"" + *first + '"';
}

// Returns the option `flag` of the command. If the command has no such option, returns the option
// of that name that all commands share; null if there is none.
const CLI::Option* FindOption(const CLI::App& command, const std::string& flag) {
  const CLI::Option* option = command.get_option_no_throw(flag);
  return option != nullptr ? option : command.get_parent()->get_option_no_throw(flag);
}

// Looks for a true-or-false flag that the user gave with "=" and a value that is not in kTruths.
// For "--watch=maybe", returns "--watch: 'maybe' is neither true nor false". Returns nullopt if
// there is no such flag.
std::optional<std::string> NoTruthText(const CLI::App& command,
                                       const std::vector<std::string>& arguments) {
  static const std::set<std::string_view> kTruths = {"true", "false", "1",  "0",
                                                     "yes",  "no",    "on", "off"};
  for (const std::string& argument : arguments) {
    const size_t equals = argument.find('=');
    if (!argument.starts_with('-') || equals == argument.npos) continue;
    const std::string flag = argument.substr(0, equals);
    const std::string value = argument.substr(equals + 1);
    const CLI::Option* option = FindOption(command, flag);
    if (option == nullptr || NeedsValue(*option) || kTruths.contains(value)) continue;
    return flag + ": '" + value + "' is neither true nor false";
  }
  return std::nullopt;
}

// Returns "--timeout needs a value" if --timeout is the last argument. Returns nullopt if each flag
// that needs a value has one.
std::optional<std::string> NoValueText(const CLI::App& command,
                                       const std::vector<std::string>& arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& flag = arguments[i];
    const CLI::Option* option = flag.starts_with('-') ? FindOption(command, flag) : nullptr;
    if (option == nullptr || !NeedsValue(*option)) continue;
    if (i + 1 == arguments.size()) return flag + " needs a value";
    ++i;
  }
  return std::nullopt;
}

// Returns one line about `error`, which the parser of `command` reported. `extras` are the
// arguments that the parser could not place, in any order. `arguments` are all arguments. Returns
// CLI11's text for an error that this function has no text for.
std::string ParseErrorText(const CLI::ParseError& error, const CLI::App& command,
                           const std::vector<std::string>& extras,
                           const std::vector<std::string>& arguments) {
  std::optional<std::string> text;
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    text = UnexpectedText(command, extras, arguments);
  } else if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) {
    text = NoTruthText(command, arguments);
  } else if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    text = NoValueText(command, arguments);
  }
  return text.value_or(error.what());
}

}  // namespace

Result<CommandLine> ParseCommandLine(const std::vector<std::string>& arguments) {
  const auto parser = std::make_unique<Parser>();
  std::vector<std::string> normalized = Normalized(*parser->app, arguments);
  MoveCommandFirst(*parser, normalized);
  try {
    // CLI11 takes the arguments in reverse order.
    parser->app->parse(std::vector<std::string>(normalized.rbegin(), normalized.rend()));
  } catch (const CLI::CallForHelp&) {
    parser->line.help = HelpOf(*parser->app);
    return parser->line;
  } catch (const CLI::ParseError& error) {
    if (arguments.empty()) {
      parser->line.help = parser->app->help();
      return parser->line;
    }
    const std::vector<CLI::App*> chosen = parser->app->get_subcommands();
    const std::string what =
        chosen.empty()
            ? NoSuchCommand(*parser->app, normalized)
            : ParseErrorText(error, *chosen.front(), parser->app->remaining(true), arguments);
    return Error{ErrorKind::kConfig, what + "; see kubectl windlass --help"};
  }
  const Status finished = parser->Finish();
  if (!finished.ok()) return finished.error();
  return parser->line;
}

std::vector<Described> Commands() {
  const auto parser = std::make_unique<Parser>();
  std::vector<Described> commands;
  for (const CLI::App* command : parser->app->get_subcommands(nullptr)) {
    commands.push_back({command->get_name(), command->get_description()});
  }
  return commands;
}

std::optional<CommandName> CommandOf(const std::string& word) {
  const auto parser = std::make_unique<Parser>();
  const CLI::App* command = CommandIn(*parser, word);
  if (command == nullptr) return std::nullopt;
  return parser->commands.at(command);
}

std::vector<Described> FlagsOf(const std::string& command) {
  const auto parser = std::make_unique<Parser>();
  std::vector<Described> flags;
  const auto add = [&flags](const CLI::App& app) {
    for (const CLI::Option* option : app.get_options()) {
      for (const std::string& name : option->get_lnames()) {
        // Both the command and the program have the flag --help: keep that of the command.
        if (std::ranges::find(flags, "--" + name, &Described::name) != flags.end()) continue;
        flags.push_back({"--" + name, option->get_description()});
      }
    }
  };
  if (const CLI::App* chosen = CommandIn(*parser, command)) add(*chosen);
  add(*parser->app);
  return flags;
}

bool TakesValue(const std::string& command, const std::string& flag) {
  const auto parser = std::make_unique<Parser>();
  const CLI::Option* option = nullptr;
  if (const CLI::App* chosen = CommandIn(*parser, command)) {
    option = chosen->get_option_no_throw(flag);
  }
  if (option == nullptr) option = parser->app->get_option_no_throw(flag);
  return option != nullptr && option->get_items_expected_min() > 0;
}

}  // namespace windlass::cli
