#pragma once
/// Reading element lines, one function per family of letters, with the pieces they share.

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "nullor/netlist/elaborator.h"

namespace nullor::netlist {

/// Reads the next word as a node. Fails when the line ends first.
void read_node(Elaborator& elaborator, ElementLine& element);
void read_nodes(Elaborator& elaborator, ElementLine& element, int count);

/// The next value: number, parameter or expression.
Value read_value(Elaborator& elaborator, ElementLine& element, const char* what);

/// Reads name=value, where a list "ic=1,2" becomes ic1 and ic2, and tc=a,b becomes tc1 and tc2.
void read_named(Elaborator& elaborator, ElementLine& element);

/// Reads the rest of the line: name=value, the flags `off` and `on`, and with `area` one bare number. With
/// `names` given, other names are errors.
void read_tail(Elaborator& elaborator, ElementLine& element, bool area,
               std::initializer_list<std::string_view> names = {});

/// Bare words up to the first name=value or the end of the line.
std::vector<std::string_view> read_words(ElementLine& element);

const NamedValue* find_named(const Instance& instance, std::string_view name);
void add_named(ElementLine& element, std::string name, Value value, Location where);

/// Fails with the instance's name in front.
[[noreturn]] void fail_element(const ElementLine& element, const std::string& what, Location where,
                               std::string hint = {});

/// 1 + tc1 (T - Tnom) + tc2 (T - Tnom)^2 of an element with a formula, as a wrapper of the formula's
/// register. Removes tc1, tc2, temp and dtemp from the element. Empty when there is no temperature
/// coefficient.
class BehaviourBuilder;
std::function<int(Compiler&, int)> temperature_factor(Elaborator& elaborator, BehaviourBuilder& builder,
                                                      ElementLine& element, bool divide);

void read_resistor(Elaborator& elaborator, ElementLine& element);       // r
void read_reactance(Elaborator& elaborator, ElementLine& element);      // c, l
void read_coupling(Elaborator& elaborator, ElementLine& element);       // k
void read_source(Elaborator& elaborator, ElementLine& element);         // v, i
void read_behavioural(Elaborator& elaborator, ElementLine& element);    // b
void read_controlled(Elaborator& elaborator, ElementLine& element);     // e, g, f, h
void read_switch(Elaborator& elaborator, ElementLine& element);         // s, w
void read_line(Elaborator& elaborator, ElementLine& element);           // t
void read_semiconductor(Elaborator& elaborator, ElementLine& element);  // d, q, m, j, n

}  // namespace nullor::netlist
