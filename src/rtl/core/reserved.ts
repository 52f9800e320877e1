/**
 * Words that no name may be in any of the languages, whichever is printed: VHDL-2008, Verilog-2005 and SystemVerilog
 * keywords, and what the standard VHDL packages make visible. Lower case; VHDL does not distinguish case.
 */
const VHDL = `abs access after alias all and architecture array assert assume assume_guarantee attribute begin block body
buffer bus case component configuration constant context cover default disconnect downto else elsif end entity exit
fairness file for force function generate generic group guarded if impure in inertial inout is label library linkage
literal loop map mod nand new next nor not null of on open or others out package parameter port postponed procedure
process property protected pure range record register reject release rem report restrict restrict_guarantee return rol ror
select sequence severity shared signal sla sll sra srl strong subtype then to transport type unaffected units until use
variable vmode vprop vunit wait when while with xnor xor`;
const VERILOG = `always assign automatic buf bufif0 bufif1 casex casez cell cmos config deassign defparam design disable edge
endcase endconfig endfunction endgenerate endmodule endprimitive endspecify endtable endtask event forever fork genvar
highz0 highz1 ifnone incdir include initial input instance integer join large liblist localparam macromodule medium module
negedge nmos noshowcancelled notif0 notif1 output pmos posedge primitive pull0 pull1 pulldown pullup
pulsestyle_ondetect pulsestyle_onevent rcmos real realtime reg repeat rnmos rpmos rtran rtranif0 rtranif1 scalared
showcancelled signed small specify specparam strong0 strong1 supply0 supply1 table task time tran tranif0 tranif1 tri tri0
tri1 triand trior trireg unsigned uwire vectored wand weak0 weak1 wire wor`;
const SYSTEM_VERILOG = `accept_on alias always_comb always_ff always_latch before bind bins binsof bit break byte chandle checker
class clocking const constraint continue cover covergroup coverpoint cross dist do endchecker endclass endclocking endgroup
endinterface endpackage endprogram endproperty endsequence enum eventually expect export extends extern final
first_match foreach forkjoin global iff ignore_bins illegal_bins implements implies import inside int interconnect interface
intersect join_any join_none let local logic longint matches modport nettype nexttime null package packed priority program
property protected pure rand randc randcase randsequence ref reject_on restrict return s_always s_eventually s_nexttime
s_until s_until_with sequence shortint shortreal soft solve static string strong struct super sync_accept_on sync_reject_on
tagged this throughout timeprecision timeunit type typedef union unique unique0 until until_with untyped var virtual void
wait_order weak wildcard with within`;
const STANDARD = `boolean character natural positive std_logic std_ulogic std_logic_vector std_ulogic_vector resize to_integer
to_unsigned to_signed shift_left shift_right rotate_left rotate_right rising_edge falling_edge minimum maximum to_01 to_x01
is_x std_match find_leftmost find_rightmost now true false note warning error failure work ieee std numeric_std
std_logic_1164 delay_length file_open severity_level to_string boolean_vector integer_vector bit_vector to_bit
to_stdulogic u_unsigned u_signed unresolved_unsigned unresolved_signed`;

const words = new Set([VHDL, VERILOG, SYSTEM_VERILOG, STANDARD].join(" ").split(/\s+/));

/** Whether a name (in any case) cannot be used in the generated text. */
export function isReserved(name: string): boolean {
  return words.has(name.toLowerCase());
}
