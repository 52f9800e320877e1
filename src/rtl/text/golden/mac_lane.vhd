-- mac_lane
--
-- One multiply-accumulate lane: the sum restarts on `first`, holds when not enabled.
--
-- Ports
--   clock   in   1 bit                               rising edge
--   reset   in   1 bit                               synchronous, active high
--   enable  in   1 bit
--   first   in   1 bit                               restart the sum
--   x       in   signed, 8 bits, -128 .. 127
--   w       in   signed, 8 bits, -128 .. 127
--   sum     out  signed, 20 bits, -524288 .. 524287

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity mac_lane is
  port (
    clock  : in  std_logic;
    reset  : in  std_logic;
    enable : in  std_logic;
    first  : in  std_logic;
    x      : in  signed(7 downto 0);
    w      : in  signed(7 downto 0);
    sum    : out signed(19 downto 0)
  );
end entity;

architecture rtl of mac_lane is
  signal total   : signed(19 downto 0) := (others => '0');
  signal base    : signed(19 downto 0);
  signal product : signed(15 downto 0);

  -- A product as one addition for each bit of factor_b: look-up tables, never a DSP slice.
  function multiply(factor_a : signed; factor_b : signed) return signed is
    constant width  : natural := factor_a'length + factor_b'length;
    variable digits : signed(factor_b'length - 1 downto 0) := factor_b;
    variable digit  : std_logic;
    variable shifted, gated, total : signed(width - 1 downto 0) := (others => '0');
  begin
    shifted := resize(factor_a, width);
    for i in 0 to digits'high - 1 loop
      digit := digits(i);
      gated := (others => digit);
      total := total + (shifted and gated);
      shifted := shifted(width - 2 downto 0) & '0';
    end loop;
    digit := digits(digits'high);
    gated := (others => digit);
    total := total - (shifted and gated);
    return total;
  end function;
begin
  base <= (others => '0') when first = '1' else total;
  product <= multiply(x, w);
  sum <= total;

  update_total : process (clock)
  begin
    if rising_edge(clock) then
      if reset = '1' then
        total <= (others => '0');
      elsif enable = '1' then
        total <= base + product;
      end if;
    end if;
  end process;
end architecture;
