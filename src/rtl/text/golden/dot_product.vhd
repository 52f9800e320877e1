-- dot_product
--
-- Dot product of 16 packed words with weights from a table: four lanes, then their sum. The last
-- results are kept.
--
-- Ports
--   clock     in   1 bit                                 rising edge
--   reset     in   1 bit                                 synchronous, active high
--   x_valid   in   1 bit
--   x_word    in   unsigned, 32 bits, 0 .. 4294967295    four samples of 8 bits, the first one lowest
--   x_ready   out  1 bit
--   recall    in   unsigned, 3 bits, 0 .. 7
--   y_valid   out  1 bit
--   y_sum     out  signed, 22 bits, -2097152 .. 2097151
--   y_ready   in   1 bit
--   recalled  out  signed, 22 bits, -2097152 .. 2097151
--
-- Streams: x, y. A transfer happens in each cycle with valid and ready high; once valid is high, valid
-- and data hold until then.

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity dot_product is
  port (
    clock    : in  std_logic;
    reset    : in  std_logic;
    x_valid  : in  std_logic;
    x_word   : in  unsigned(31 downto 0);
    x_ready  : out std_logic;
    recall   : in  unsigned(2 downto 0);
    y_valid  : out std_logic;
    y_sum    : out signed(21 downto 0);
    y_ready  : in  std_logic;
    recalled : out signed(21 downto 0)
  );
end entity;

architecture rtl of dot_product is
  -- Weights, four of 8 bits in a word, lane 0 lowest.
  type weights_array is array (0 to 15) of unsigned(31 downto 0);
  constant weights : weights_array := (
    x"00000000", x"01030507", x"02060A0E", x"03090F15", x"040C141C", x"050F1923", x"06121E2A", x"07152331",
    x"08182838", x"091B2D3F", x"0A1E3246", x"0B21374D", x"0C243C54", x"0D27415B", x"0E2A4662", x"0F2D4B69"
  );

  type past_array is array (0 to 7) of signed(21 downto 0);
  signal past : past_array := (others => (others => '0'));
  attribute ram_style : string;
  attribute ram_style of past : signal is "block";

  type lanes_sum_array is array (0 to 3) of signed(19 downto 0);

  signal full         : std_logic := '0';
  signal count        : unsigned(3 downto 0) := (others => '0');
  signal slot         : unsigned(2 downto 0) := (others => '0');
  signal past_word    : signed(21 downto 0) := (others => '0');
  signal lanes_sum    : lanes_sum_array;
  signal take         : std_logic;
  signal last         : std_logic;
  signal total_term   : signed(20 downto 0);
  signal total_term_2 : signed(20 downto 0);
  signal total        : signed(21 downto 0);
  signal lanes_first  : std_logic;
  signal word         : unsigned(31 downto 0);
begin
  take <= x_valid and not full;
  last <= '1' when count = 15 else '0';
  total_term <= resize(lanes_sum(0), 21) + lanes_sum(1);
  total_term_2 <= resize(lanes_sum(2), 21) + lanes_sum(3);
  total <= resize(total_term, 22) + total_term_2;
  lanes_first <= '1' when count = 0 else '0';
  word <= weights(to_integer(count));
  x_ready <= not full;
  y_valid <= full;
  y_sum <= total;
  recalled <= past_word;

  lanes : for i in 0 to 3 generate
    lane : entity work.mac_lane
      port map (
        clock  => clock,
        reset  => reset,
        enable => take,
        first  => lanes_first,
        x      => signed(x_word(8 * i + 7 downto 8 * i)),
        w      => signed(word(8 * i + 7 downto 8 * i)),
        sum    => lanes_sum(i)
      );
  end generate;

  access_past : process (clock)
  begin
    if rising_edge(clock) then
      if full = '1' and y_ready = '1' then
        past(to_integer(slot)) <= total;
      end if;
      past_word <= past(to_integer(recall));
    end if;
  end process;

  update_full : process (clock)
  begin
    if rising_edge(clock) then
      if reset = '1' then
        full <= '0';
      else
        if full = '1' then
          full <= not y_ready;
        else
          full <= take and last;
        end if;
      end if;
    end if;
  end process;

  update_count : process (clock)
  begin
    if rising_edge(clock) then
      if reset = '1' then
        count <= (others => '0');
      elsif take = '1' then
        count <= count + 1;
      end if;
    end if;
  end process;

  update_slot : process (clock)
  begin
    if rising_edge(clock) then
      if reset = '1' then
        slot <= (others => '0');
      elsif full = '1' and y_ready = '1' then
        slot <= slot + 1;
      end if;
    end if;
  end process;
end architecture;
